-- A deleted account keeps its id, which orders name. Its username is `deleted <id>`, and its hash is of no password.
ALTER TABLE users ADD COLUMN deleted_at INTEGER;
