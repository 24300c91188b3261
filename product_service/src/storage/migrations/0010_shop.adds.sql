-- The settings of the shop: one row, or none while they are the defaults. Each change makes the next version.
CREATE TABLE shop (
  id         TEXT NOT NULL PRIMARY KEY CHECK (id = 'shop'),
  version    INTEGER NOT NULL CHECK (version > 1),
  settings   TEXT NOT NULL CHECK (json_type(settings) = 'object'),
  updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER shop_has_the_next_version BEFORE UPDATE ON shop WHEN NEW.version <> OLD.version + 1
BEGIN SELECT RAISE(ABORT, 'each change of the settings makes the next version'); END;
