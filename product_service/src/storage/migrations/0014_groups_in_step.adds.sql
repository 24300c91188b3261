-- A group whose variants do not all follow its last change yet: they do so a few at a time (storage/sqlite_group_steps.ts).
ALTER TABLE groups ADD COLUMN behind INTEGER NOT NULL DEFAULT 0 CHECK (behind IN (0, 1));

CREATE INDEX groups_behind ON groups (seq) WHERE behind = 1;
