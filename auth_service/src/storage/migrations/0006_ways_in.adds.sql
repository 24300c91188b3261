-- An account may have an e-mail address: the one its owner gave last, and the one whose mailbox was proved, which belongs to one
-- account. Both are in lower case.
ALTER TABLE users ADD COLUMN email TEXT CHECK (length(email) <= 254);
ALTER TABLE users ADD COLUMN verified_email TEXT CHECK (length(verified_email) <= 254);

CREATE UNIQUE INDEX users_by_verified_email ON users (verified_email) WHERE verified_email IS NOT NULL;

-- What signed in, in words; and 1 if a second factor was proved. Both are missing in sessions that a release without them began.
ALTER TABLE sessions ADD COLUMN client TEXT CHECK (length(client) <= 100);
ALTER TABLE sessions ADD COLUMN second_factor INTEGER CHECK (second_factor IN (0, 1));

-- What an account has beside its password: links, challenges, second factors, passkeys. `mark` differs after each change.
CREATE TABLE credentials (
  id         TEXT    NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 1500),
  kind       TEXT    NOT NULL CHECK (kind <> ''),
  user_id    TEXT,
  body       TEXT    NOT NULL CHECK (json_type(body) = 'object' AND length(body) <= 24576),
  mark       TEXT    NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX credentials_of_user ON credentials (user_id, kind, created_at, id) WHERE user_id IS NOT NULL;
CREATE INDEX credentials_by_end ON credentials (expires_at) WHERE expires_at IS NOT NULL;

-- Mails that wait to be handed to notification_service. `content` is NULL until its first attempt; it has the token of a link, so the row
-- is removed as soon as the mail was accepted.
CREATE TABLE mails (
  id         TEXT    NOT NULL PRIMARY KEY CHECK (length(id) = 36),
  kind       TEXT    NOT NULL CHECK (kind <> ''),
  user_id    TEXT,
  name       TEXT    CHECK (length(name) <= 254),
  address    TEXT    CHECK (length(address) <= 254),
  language   TEXT    NOT NULL CHECK (length(language) = 2),
  details    TEXT    NOT NULL CHECK (json_type(details) = 'object' AND length(details) <= 4096),
  content    TEXT    CHECK (json_type(content) = 'object' AND length(content) <= 8192),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  due_at     INTEGER NOT NULL,
  attempts   INTEGER NOT NULL CHECK (attempts >= 0),
  fence      INTEGER NOT NULL CHECK (fence >= 0)
) STRICT, WITHOUT ROWID;

CREATE INDEX mails_due ON mails (due_at, id);
CREATE INDEX mails_by_end ON mails (expires_at);
CREATE INDEX mails_of_user ON mails (user_id) WHERE user_id IS NOT NULL;
