-- Endpoints of webhooks and deliveries to them (src/domain/webhook.ts).
CREATE TABLE endpoints (
  id            TEXT PRIMARY KEY,
  url           TEXT NOT NULL,
  description   TEXT NOT NULL,
  types         TEXT NOT NULL CHECK (json_type(types) = 'array'),
  state         TEXT NOT NULL CHECK (state IN ('active', 'paused', 'gone', 'failing')),
  secret        TEXT NOT NULL,
  previous      TEXT,
  position      INTEGER NOT NULL CHECK (position >= 0),
  failing_since TEXT,
  version       INTEGER NOT NULL CHECK (version > 0),
  created_at    TEXT NOT NULL,
  updated_at    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE deliveries (
  endpoint_id TEXT NOT NULL REFERENCES endpoints ON DELETE CASCADE,
  position    INTEGER NOT NULL,
  event_id    TEXT NOT NULL,
  type        TEXT NOT NULL,
  aggregate   TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('waiting', 'queued', 'done', 'dead')),
  attempts    INTEGER NOT NULL CHECK (attempts >= 0),
  due_at      TEXT NOT NULL,
  fence       INTEGER NOT NULL CHECK (fence >= 0),
  last_status INTEGER,
  last_error  TEXT,
  updated_at  TEXT NOT NULL,
  -- The last ones, newest first.
  log         TEXT NOT NULL DEFAULT '[]' CHECK (json_type(log) = 'array'),
  PRIMARY KEY (endpoint_id, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX deliveries_due ON deliveries (endpoint_id, due_at) WHERE state = 'queued';
CREATE INDEX deliveries_undone ON deliveries (endpoint_id, aggregate, position) WHERE state IN ('waiting', 'queued');
CREATE INDEX deliveries_by_state ON deliveries (endpoint_id, state, position);

-- As in the other services.
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
