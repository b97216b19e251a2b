-- A patrol that fails the interval alone is valid now, and counts for no duty. What it was judged by
-- stays as it was; the verdict that follows from it is drawn again.

ALTER TABLE patrol DISABLE TRIGGER patrol_track_stays;
UPDATE patrol SET is_valid = true
WHERE NOT is_valid AND judgements @> '[{"rule": "interval", "passed": false}]'
    AND NOT jsonb_path_exists(judgements, '$[*] ? (@.passed == false && @.rule != "interval")');
ALTER TABLE patrol ENABLE TRIGGER patrol_track_stays;

COMMENT ON COLUMN photo.exif_clock IS 'camera clock as written, with its offset where it has one';
