-- What follows an order after it was bought (src/domain/cases.ts): the returns of one order, and withdrawals. The body is JSON.
CREATE TABLE cases (
  kind              TEXT    NOT NULL CHECK (kind <> ''),
  id                TEXT    NOT NULL CHECK (id <> ''),
  state             TEXT    NOT NULL,
  subject           TEXT    NOT NULL,
  case_key          TEXT,
  body              TEXT    NOT NULL,
  version           INTEGER NOT NULL CHECK (version >= 1 AND version = json_array_length(body, '$.history')),
  created_at        TEXT    NOT NULL,
  updated_at        TEXT    NOT NULL,
  due_at            TEXT,
  attempts          INTEGER NOT NULL CHECK (attempts >= 0),
  fence             INTEGER NOT NULL CHECK (fence >= 0),
  published_version INTEGER NOT NULL DEFAULT 0,
  publish_due       TEXT,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX cases_by_key ON cases (kind, case_key) WHERE case_key IS NOT NULL;
CREATE INDEX cases_by_state ON cases (kind, state, id);
CREATE INDEX cases_by_subject ON cases (kind, subject, id);
CREATE INDEX cases_due ON cases (kind, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX cases_unpublished ON cases (kind, publish_due, id) WHERE version > published_version;
