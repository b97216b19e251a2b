-- The four roles; none is a superuser. Run by a superuser with psql, any number of times, with the
-- variables owner_password, app_password, ingest_password and readonly_password set.
SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['onemap_owner', 'onemap_app', 'onemap_ingest', 'onemap_readonly']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE onemap_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'owner_password';
ALTER ROLE onemap_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'app_password';
ALTER ROLE onemap_ingest LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'ingest_password';
ALTER ROLE onemap_readonly LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'readonly_password';
