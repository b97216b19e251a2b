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
