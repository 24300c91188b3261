-- Up to which edit and up to which version the events of a product are published (domain/unpublished.ts); NULL: none is.
ALTER TABLE products ADD COLUMN published_edit_version INTEGER;
ALTER TABLE products ADD COLUMN published_version INTEGER;
-- A mark: it has such an event that is not published. '': at once; a time: then, because it could not be. A condition that compares the
-- versions instead would need no mark, but then each sale would write the index again, also while nothing is published.
ALTER TABLE products ADD COLUMN product_publish_due TEXT;
ALTER TABLE products ADD COLUMN stock_publish_due TEXT;
CREATE INDEX products_unpublished ON products (product_publish_due) WHERE product_publish_due IS NOT NULL;
CREATE INDEX stock_unpublished ON products (stock_publish_due) WHERE stock_publish_due IS NOT NULL;
