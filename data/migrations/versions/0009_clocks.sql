-- Guesses at passwords: by account and place (a known browser, else the address).
ALTER TABLE sign_in_attempt ADD COLUMN place_sha256 bytea;
UPDATE sign_in_attempt SET place_sha256 = address_sha256;
ALTER TABLE sign_in_attempt ALTER COLUMN place_sha256 SET NOT NULL;
ALTER TABLE sign_in_attempt ADD COLUMN is_known boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN sign_in_attempt.place_sha256 IS 'a browser known to the account, else the address';
COMMENT ON COLUMN sign_in_attempt.is_known IS 'made where the account had signed in before';
CREATE INDEX ix_sign_in_attempt_login_sha256_at ON sign_in_attempt (login_sha256, at);
CREATE INDEX ix_sign_in_attempt_address_sha256_at ON sign_in_attempt (address_sha256, at);

CREATE TABLE known_browser (
    token_sha256 BYTEA NOT NULL,
    account_id BIGINT NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_known_browser PRIMARY KEY (token_sha256, account_id),
    CONSTRAINT fk_known_browser_account_id FOREIGN KEY(account_id) REFERENCES account (id)
);
CREATE INDEX ix_known_browser_account_id ON known_browser (account_id);
CREATE INDEX ix_known_browser_seen_at ON known_browser (seen_at);
COMMENT ON TABLE known_browser IS 'browsers in which an account signed in; the cookie is not kept';
GRANT SELECT, INSERT, UPDATE, DELETE ON known_browser TO onemap_app;

CREATE INDEX ix_access_log_sign_ins ON access_log (account_id, at) WHERE action = 'sign_in';

-- What is stamped with a time is stamped at that time, by the database's own clock: never ahead of
-- it, and behind it only by the owner, who alone may bring in a history that was written elsewhere.
CREATE FUNCTION stamped_now() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    most_s CONSTANT double precision := least(300,
        coalesce(nullif(current_setting('onemap.clock_seconds', true), '')::double precision, 60));
    stamp timestamptz;
    ahead_s double precision;
BEGIN
    EXECUTE format('SELECT ($1).%I', TG_ARGV[0]) INTO stamp USING NEW;
    ahead_s := extract(epoch FROM stamp - clock_timestamp());
    IF ahead_s > most_s OR ahead_s < -most_s AND NOT pg_has_role(
        session_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
        RAISE EXCEPTION '%.% is % s from the present', TG_TABLE_NAME, TG_ARGV[0], round(ahead_s)
            USING ERRCODE = 'OM001', DETAIL = round(ahead_s)::text;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER problem_event_stamped_now BEFORE INSERT ON problem_event
    FOR EACH ROW EXECUTE FUNCTION stamped_now('at');
CREATE TRIGGER ledger_head_stamped_now BEFORE INSERT ON ledger_head
    FOR EACH ROW EXECUTE FUNCTION stamped_now('at');
CREATE TRIGGER patrol_stamped_now BEFORE INSERT ON patrol
    FOR EACH ROW EXECUTE FUNCTION stamped_now('recorded_at');
CREATE TRIGGER patrol_reason_stamped_now BEFORE UPDATE OF reason_at ON patrol
    FOR EACH ROW EXECUTE FUNCTION stamped_now('reason_at');
CREATE TRIGGER photo_stamped_now BEFORE INSERT ON photo
    FOR EACH ROW EXECUTE FUNCTION stamped_now('uploaded_at');
CREATE TRIGGER delivery_stamped_now BEFORE INSERT ON delivery
    FOR EACH ROW EXECUTE FUNCTION stamped_now('made_at');
