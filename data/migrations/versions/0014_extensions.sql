-- A unit asks for more time; one request at a time waits in the problem's row, later than its deadline.
ALTER TABLE problem ADD COLUMN asked_due_on date;
COMMENT ON COLUMN problem.asked_due_on IS 'last day asked for by the request that waits';
ALTER TABLE problem ADD CONSTRAINT ck_problem_asked_for_later CHECK (
    asked_due_on IS NULL OR status IN ('assigned', 'rectifying') AND due_at IS NOT NULL
    AND asked_due_on > (due_at AT TIME ZONE 'Asia/Shanghai')::date
);
ALTER TABLE problem ADD CONSTRAINT ck_problem_extended CHECK (extension_count >= 0);

ALTER TABLE problem DROP CONSTRAINT ck_problem_last_action;
ALTER TABLE problem ADD CONSTRAINT ck_problem_last_action CHECK (last_action IN ('report', 'refuse', 'accept',
    'assign', 'hand_back', 'sign_for', 'progress', 'submit', 'verify', 'return', 'sign_off', 'reopen',
    'archive', 'ask_extension', 'withdraw_extension', 'extend', 'refuse_extension', 'comment', 'press'));
ALTER TABLE problem_event DROP CONSTRAINT ck_problem_event_action;
ALTER TABLE problem_event ADD CONSTRAINT ck_problem_event_action CHECK (action IN ('report', 'refuse', 'accept',
    'assign', 'hand_back', 'sign_for', 'progress', 'submit', 'verify', 'return', 'sign_off', 'reopen',
    'archive', 'ask_extension', 'withdraw_extension', 'extend', 'refuse_extension', 'comment', 'press'));

ALTER TABLE delivery DROP CONSTRAINT ck_delivery_kind;
ALTER TABLE delivery ADD CONSTRAINT ck_delivery_kind CHECK (kind IN ('refused', 'assigned',
    'waiting', 'returned', 'pressed', 'commented', 'due_soon', 'overdue', 'signed_off', 'reported',
    'extension_asked', 'extended', 'extension_refused', 'refusals', 'disk_low'));
