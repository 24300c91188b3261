-- Accounts that were deleted, until order_service knows it (src/domain/deletions.ts).
CREATE TABLE deletions (
  user_id    TEXT    NOT NULL PRIMARY KEY CHECK (user_id <> ''),
  created_at INTEGER NOT NULL,
  due_at     INTEGER NOT NULL,
  attempts   INTEGER NOT NULL CHECK (attempts >= 0),
  fence      INTEGER NOT NULL CHECK (fence >= 0)
) STRICT, WITHOUT ROWID;
CREATE INDEX deletions_due ON deletions (due_at, user_id);
