-- Orders that something is owed for, page by page: by the primary index all orders were read to find them.
CREATE INDEX orders_owed ON orders (id) WHERE due_at IS NOT NULL;
