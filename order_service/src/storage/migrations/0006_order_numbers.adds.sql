-- Short numbers of orders, and orders by product. An order without a number was written by an earlier release: it is completed
-- in the background (sqlite_catch_up.ts).
ALTER TABLE orders ADD COLUMN number INTEGER;
CREATE UNIQUE INDEX orders_by_number ON orders (number) WHERE number IS NOT NULL;
CREATE INDEX orders_unnumbered ON orders (id) WHERE number IS NULL;

-- Numbers up to `last` were given or are kept for the orders of earlier releases: those after `old_last`, up to `old_end`.
-- Orders up to the number `indexed` are in order_products.
CREATE TABLE order_numbers (
  only     INTEGER PRIMARY KEY CHECK (only = 1),
  last     INTEGER NOT NULL,
  old_last INTEGER NOT NULL,
  old_end  INTEGER NOT NULL,
  indexed  INTEGER NOT NULL,
  CHECK (old_last <= old_end AND old_end <= last)
) STRICT;
INSERT INTO order_numbers SELECT 1, 10000 + count(*), 10000, 10000 + count(*), 10000 + count(*) FROM orders;

CREATE TABLE order_products (
  product_id TEXT NOT NULL,
  order_id   TEXT NOT NULL,
  PRIMARY KEY (product_id, order_id)
) STRICT, WITHOUT ROWID;

-- It refuses no write of an earlier release.
CREATE TRIGGER order_products_are_removed AFTER DELETE ON orders
BEGIN
  DELETE FROM order_products WHERE order_id = old.id AND product_id IN
    (SELECT value ->> 'productId' FROM json_each(old.lines) WHERE type = 'object');
END;
