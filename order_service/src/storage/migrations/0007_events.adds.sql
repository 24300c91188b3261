-- Up to which version the events of an order are published; NULL: none is (domain/unpublished.ts).
ALTER TABLE orders ADD COLUMN published_version INTEGER;
-- When it is the turn of an order whose events could not be published; NULL: at once.
ALTER TABLE orders ADD COLUMN publish_due TEXT;
-- Its condition compares. So an order is in it as soon as it is written, by whichever release, and without a write more.
CREATE INDEX orders_unpublished ON orders (publish_due) WHERE version > coalesce(published_version, 0);
