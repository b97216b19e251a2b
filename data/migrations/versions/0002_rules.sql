-- What tables alone can't promise: events that only grow, chained; photos attached once; least privilege.

CREATE TRIGGER problem_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON problem_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_head_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_head
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER problem_stays BEFORE DELETE OR TRUNCATE ON problem
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER patrol_stays BEFORE DELETE OR TRUNCATE ON patrol
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER patrol_remark_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON patrol_remark
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION problem_event_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last record;
BEGIN
    SELECT seq, hash, to_status INTO last FROM problem_event
        WHERE problem_id = NEW.problem_id ORDER BY seq DESC LIMIT 1;
    IF NEW.seq IS DISTINCT FROM coalesce(last.seq, 0) + 1
        OR NEW.prev_hash IS DISTINCT FROM coalesce(last.hash, decode(repeat('00', 32), 'hex'))
        OR NEW.from_status IS DISTINCT FROM last.to_status
        OR NEW.hash IS DISTINCT FROM sha256(NEW.prev_hash || NEW.body) THEN
        RAISE EXCEPTION 'event % does not follow the chain of problem %', NEW.seq, NEW.problem_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER problem_event_follows BEFORE INSERT ON problem_event
    FOR EACH ROW EXECUTE FUNCTION problem_event_follows();

CREATE FUNCTION photo_is_attached_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.problem_id IS NOT NULL OR TG_OP = 'UPDATE' AND
        (to_jsonb(NEW) - 'problem_id' - 'event_seq' - 'stage')
            IS DISTINCT FROM (to_jsonb(OLD) - 'problem_id' - 'event_seq' - 'stage') THEN
        RAISE EXCEPTION 'a photo is only attached, and once'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER photo_is_attached_once BEFORE UPDATE OR DELETE ON photo
    FOR EACH ROW EXECUTE FUNCTION photo_is_attached_once();

CREATE FUNCTION draw_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.change_no := nextval('ledger_change_no');
    RETURN NEW;
END $$;
CREATE TRIGGER problem_change BEFORE UPDATE ON problem
    FOR EACH ROW EXECUTE FUNCTION draw_ledger_change();
CREATE TRIGGER patrol_change BEFORE UPDATE ON patrol
    FOR EACH ROW EXECUTE FUNCTION draw_ledger_change();

CREATE FUNCTION tell_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NOTIFY onemap_ledger;
    RETURN NULL;
END $$;
CREATE TRIGGER problem_tell AFTER INSERT OR UPDATE ON problem
    FOR EACH STATEMENT EXECUTE FUNCTION tell_ledger();
CREATE TRIGGER patrol_tell AFTER INSERT OR UPDATE ON patrol
    FOR EACH STATEMENT EXECUTE FUNCTION tell_ledger();

GRANT SELECT ON problem_serial, problem, problem_event, photo, ledger_head, delivery, saved_view,
    patrol, patrol_reach, patrol_remark TO onemap_app;
GRANT INSERT, UPDATE ON problem_serial, problem, delivery TO onemap_app;
GRANT INSERT ON problem_event, ledger_head, patrol, patrol_reach, patrol_remark TO onemap_app;
GRANT UPDATE (reason, reason_at, version, person_id) ON patrol TO onemap_app;
GRANT INSERT, DELETE, UPDATE (problem_id, event_seq, stage) ON photo TO onemap_app;
GRANT INSERT, UPDATE, DELETE ON saved_view TO onemap_app;
GRANT USAGE ON SEQUENCE ledger_change_no TO onemap_app;

GRANT SELECT ON problem_serial, problem, problem_event, ledger_head, patrol, patrol_reach,
    patrol_remark TO onemap_readonly;
