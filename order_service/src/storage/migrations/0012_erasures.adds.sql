-- Users whose accounts were deleted, until all of their orders are marked (src/domain/erasures.ts).
CREATE TABLE erasures (
  user_id TEXT    NOT NULL PRIMARY KEY CHECK (user_id <> ''),
  at      TEXT    NOT NULL,
  due_at  TEXT    NOT NULL,
  passes  INTEGER NOT NULL CHECK (passes >= 0)
) STRICT, WITHOUT ROWID;
CREATE INDEX erasures_due ON erasures (due_at);

-- 1 while no account has the order and its personal fields are not erased; and when they were.
ALTER TABLE orders ADD COLUMN ownerless INTEGER CHECK (ownerless = 1);
ALTER TABLE orders ADD COLUMN erased_at TEXT;
CREATE INDEX orders_to_erase ON orders (id) WHERE ownerless = 1;

ALTER TABLE cases ADD COLUMN erased_at TEXT;
CREATE INDEX cases_to_erase ON cases (kind, state, id) WHERE erased_at IS NULL;
