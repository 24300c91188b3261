-- Mails to people (src/domain/mail.ts). The setting `mail_position` says up to which event they were made.
CREATE TABLE outgoing_mails (
  id         TEXT PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 140),
  kind       TEXT NOT NULL,
  language   TEXT NOT NULL,
  -- Invariant M5.
  content    TEXT CHECK ((content IS NOT NULL) = (state = 'pending')),
  host       TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'dead')),
  attempts   INTEGER NOT NULL CHECK (attempts >= 0),
  due_at     TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  fence      INTEGER NOT NULL CHECK (fence >= 0),
  reason     TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX outgoing_mails_due ON outgoing_mails (due_at, host, fence) WHERE state = 'pending';
CREATE INDEX outgoing_mails_pending ON outgoing_mails (created_at) WHERE state = 'pending';
CREATE INDEX outgoing_mails_end ON outgoing_mails (expires_at) WHERE state = 'pending';
CREATE INDEX outgoing_mails_over ON outgoing_mails (state, updated_at);
