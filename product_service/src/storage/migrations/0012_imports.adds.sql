-- Imports of products from a file (domain/import.ts). `job` is the import as JSON; `open` is NULL when it has ended, so one at a
-- time is open. Steps and notes belong to one attempt to check the file.
CREATE TABLE imports (
  id         TEXT    NOT NULL PRIMARY KEY,
  open       INTEGER CHECK (open = 1),
  version    INTEGER NOT NULL CHECK (version >= 1),
  updated_at TEXT    NOT NULL,
  job        TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX imports_open ON imports (open) WHERE open IS NOT NULL;
CREATE INDEX imports_by_age ON imports (updated_at, id);

CREATE TABLE import_parts (
  import_id TEXT    NOT NULL,
  number    INTEGER NOT NULL CHECK (number >= 0),
  content   BLOB    NOT NULL,
  PRIMARY KEY (import_id, number)
) STRICT;

CREATE TABLE import_steps (
  import_id TEXT    NOT NULL,
  attempt   TEXT    NOT NULL,
  number    INTEGER NOT NULL CHECK (number >= 1),
  step      TEXT    NOT NULL,
  PRIMARY KEY (import_id, attempt, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE import_notes (
  import_id TEXT    NOT NULL,
  attempt   TEXT    NOT NULL,
  number    INTEGER NOT NULL CHECK (number >= 1),
  note      TEXT    NOT NULL,
  PRIMARY KEY (import_id, attempt, number)
) STRICT, WITHOUT ROWID;
