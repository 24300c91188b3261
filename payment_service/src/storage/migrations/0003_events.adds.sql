-- Up to which version the events of a payment are published; NULL: none is (domain/unpublished.ts).
ALTER TABLE payments ADD COLUMN published_version INTEGER;
-- When it is the turn of a payment whose events could not be published; NULL: at once.
ALTER TABLE payments ADD COLUMN publish_due TEXT;
-- Its condition compares. So a payment is in it as soon as it has changed, without a write more.
CREATE INDEX payments_unpublished ON payments (publish_due) WHERE version > coalesce(published_version, 0);
