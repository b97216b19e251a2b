-- Who may do what with accounts, findings and months outside.

GRANT SELECT ON hour_account, reading_finding, quality_progress, climatology, offline_spell,
    detached_month TO onemap_app, onemap_ingest;
GRANT INSERT, UPDATE ON hour_account, reading_finding, quality_progress, climatology
    TO onemap_ingest;
GRANT DELETE ON climatology TO onemap_ingest;
GRANT SELECT ON reading_review TO onemap_ingest;
GRANT INSERT, UPDATE ON offline_spell TO onemap_app;

GRANT SELECT ON hour_account, reading_finding, climatology, offline_spell, detached_month
    TO onemap_readonly;
