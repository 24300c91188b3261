-- Times are Unix milliseconds.

CREATE TABLE users (
  id               TEXT    NOT NULL UNIQUE,
  username         TEXT    NOT NULL,
  canonical_name   TEXT    NOT NULL UNIQUE CHECK (canonical_name = lower(username)),
  role             TEXT    NOT NULL CHECK (role IN ('customer', 'admin')),
  password_hash    TEXT    NOT NULL CHECK (password_hash GLOB '$argon2id$*'),
  password_version INTEGER NOT NULL CHECK (password_version >= 1),
  created_at       INTEGER NOT NULL
) STRICT;

CREATE INDEX users_admins ON users (role) WHERE role = 'admin';

CREATE TABLE sessions (
  id               TEXT    NOT NULL UNIQUE,
  user_id          TEXT    NOT NULL REFERENCES users (id),
  password_version INTEGER NOT NULL,
  token_hash       TEXT    NOT NULL,
  previous_hash    TEXT,
  salt             TEXT,
  rotated_at       INTEGER,
  created_at       INTEGER NOT NULL,
  expires_at       INTEGER NOT NULL,
  -- Either never rotated, or all three are known.
  CHECK ((previous_hash IS NULL) = (salt IS NULL) AND (salt IS NULL) = (rotated_at IS NULL)),
  CHECK (token_hash IS NOT previous_hash)
) STRICT;

CREATE INDEX sessions_of_user ON sessions (user_id, created_at, id);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE signing_keys (
  kid         TEXT    NOT NULL UNIQUE,
  generation  INTEGER NOT NULL UNIQUE CHECK (generation >= 1),
  x           TEXT    NOT NULL,
  d           TEXT    NOT NULL,
  signs_from  INTEGER NOT NULL,
  created_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE throttle (
  key          TEXT    NOT NULL UNIQUE,
  tries        INTEGER NOT NULL CHECK (tries >= 0),
  paused_until INTEGER,
  forget_at    INTEGER NOT NULL
) STRICT;

CREATE INDEX throttle_by_end ON throttle (forget_at);
