-- A notice is about a problem of the ledger, or about a station or a service.
ALTER TABLE delivery ALTER COLUMN problem_id DROP NOT NULL;
ALTER TABLE delivery ADD COLUMN subject_kind text, ADD COLUMN subject_uid text;
COMMENT ON COLUMN delivery.subject_kind IS 'what it is about if no problem';
COMMENT ON COLUMN delivery.subject_uid IS 'a station''s code, a service''s name';
COMMENT ON COLUMN delivery.about IS 'once per problem or subject, account, kind and this';
ALTER TABLE delivery ADD CONSTRAINT ck_delivery_subject_kind
    CHECK (subject_kind IN ('station', 'service'));
ALTER TABLE delivery ADD CONSTRAINT ck_delivery_one_subject CHECK (
    (problem_id IS NULL) = (subject_kind IS NOT NULL)
    AND (subject_kind IS NULL) = (subject_uid IS NULL)
);
ALTER TABLE delivery ADD CONSTRAINT uq_delivery_subject
    UNIQUE (subject_kind, subject_uid, account_id, kind, about, channel);
ALTER TABLE delivery DROP CONSTRAINT ck_delivery_kind;
ALTER TABLE delivery ADD CONSTRAINT ck_delivery_kind CHECK (kind IN ('refused', 'assigned',
    'waiting', 'returned', 'pressed', 'commented', 'due_soon', 'overdue', 'signed_off', 'reported',
    'refusals', 'disk_low'));

-- A refused message is kept whole, by its beginning, or only in the count of an hour.
ALTER TABLE quarantine ADD COLUMN payload_length bigint,
    ADD COLUMN is_sum boolean NOT NULL DEFAULT false;
UPDATE quarantine SET payload_length = length(payload);
ALTER TABLE quarantine ALTER COLUMN payload_length SET NOT NULL;
ALTER TABLE quarantine ADD CONSTRAINT ck_quarantine_payload_length
    CHECK (payload_length >= length(payload));
COMMENT ON COLUMN quarantine.payload_length IS 'as it came; payload may hold the beginning only';
COMMENT ON COLUMN quarantine.is_sum IS
    'stands for all messages beyond an hour''s budget: their count and bytes, nothing of what they said';
