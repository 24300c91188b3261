-- Unsettled orders, page by page: with the primary index all orders were read to find them.
CREATE INDEX orders_owed ON orders (id) WHERE due_at IS NOT NULL;
