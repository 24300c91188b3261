-- Invariant 4 as before. With the key first, keys that begin with the time (as those of our pages and client) are added at
-- one end of the index: one page for all orders of a commit, where (user_id, idempotency_key) has one for each user.
DROP INDEX orders_by_key;
CREATE UNIQUE INDEX orders_by_key ON orders (idempotency_key, user_id) WHERE idempotency_key IS NOT NULL;
