-- The access tokens of an account contain the version password_version + role_changes; tokens of an earlier version
-- are withdrawn. tokens_changed_at is the time when it last grew.
ALTER TABLE users ADD COLUMN role_changes INTEGER NOT NULL DEFAULT 0 CHECK (role_changes >= 0);
ALTER TABLE users ADD COLUMN tokens_changed_at INTEGER;

CREATE INDEX users_tokens_changed ON users (tokens_changed_at) WHERE tokens_changed_at IS NOT NULL;
