-- What admins and operators changed. Entries are added in the transaction of their change, and then stay as they are: the
-- triggers refuse everything else, REPLACE too, which does not count as a deletion.
CREATE TABLE audit_log (
  id           TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
  at           TEXT NOT NULL,
  made_by      TEXT NOT NULL CHECK (made_by <> ''),
  action       TEXT NOT NULL CHECK (action <> ''),
  subject_type TEXT NOT NULL,
  subject_id   TEXT NOT NULL,
  subject_name TEXT,
  changes      TEXT NOT NULL CHECK (json_type(changes) = 'array' AND length(changes) <= 24576),
  note         TEXT,
  request_id   TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_by_subject ON audit_log (subject_id, id);
CREATE INDEX audit_by_author ON audit_log (made_by, id);
CREATE INDEX audit_by_action ON audit_log (action, id);

CREATE TRIGGER audit_log_is_not_changed BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'an entry of audit_log is never changed'); END;
CREATE TRIGGER audit_log_is_not_removed BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'an entry of audit_log is never removed'); END;
CREATE TRIGGER audit_log_is_not_replaced BEFORE INSERT ON audit_log
WHEN EXISTS (SELECT 1 FROM audit_log WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'an entry of audit_log is never replaced'); END;
