-- Old movements may be replaced by an opening balance (src/domain/compaction.ts). Inside the transaction that does it,
-- a row here names them with their sum; any other movement can still be neither changed nor removed. The row can be added
-- and removed only while the movements have that sum and end with that stock, so before and after.
CREATE TABLE compactions (
  product_seq   INTEGER PRIMARY KEY REFERENCES products (seq),
  first_version INTEGER NOT NULL CHECK (first_version >= 1),
  last_version  INTEGER NOT NULL CHECK (last_version > first_version),
  units         INTEGER NOT NULL CHECK (units <> 0),
  stock_after   INTEGER NOT NULL CHECK (stock_after >= 0)
) STRICT;

CREATE TRIGGER compaction_begins BEFORE INSERT ON compactions
WHEN (SELECT sum(delta) FROM movements WHERE product_seq = new.product_seq
        AND version BETWEEN new.first_version AND new.last_version) IS NOT new.units
  OR (SELECT stock_after FROM movements WHERE product_seq = new.product_seq
        AND version = new.last_version) IS NOT new.stock_after
BEGIN SELECT RAISE(ABORT, 'the ledger would not balance'); END;

CREATE TRIGGER compaction_ends BEFORE DELETE ON compactions
WHEN (SELECT sum(delta) FROM movements WHERE product_seq = old.product_seq
        AND version BETWEEN old.first_version AND old.last_version) IS NOT old.units
  OR (SELECT stock_after FROM movements WHERE product_seq = old.product_seq
        AND version = old.last_version) IS NOT old.stock_after
BEGIN SELECT RAISE(ABORT, 'the ledger would not balance'); END;

DROP TRIGGER movements_are_not_removed;
CREATE TRIGGER movements_are_not_removed BEFORE DELETE ON movements
WHEN NOT EXISTS (SELECT 1 FROM compactions c WHERE c.product_seq = old.product_seq
                   AND old.version BETWEEN c.first_version AND c.last_version)
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

-- Rejected reservations, and releases that came first: the ones that never held anything, and so may be removed.
CREATE INDEX reservations_empty ON reservations (updated_at, order_id) WHERE lines = '[]';
