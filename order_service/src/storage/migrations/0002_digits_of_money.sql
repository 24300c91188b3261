-- The currency of the store and the number of decimals of its amounts (service_kit/src/storage/store_money.ts). With
-- another number of decimals every stored amount would have another value, so neither is ever changed.
CREATE TABLE settings (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

INSERT INTO settings SELECT 'currency', currency FROM shop;
DROP TABLE shop;

CREATE TRIGGER money_is_not_relabelled BEFORE UPDATE ON settings WHEN old.name IN ('currency', 'currency_digits')
BEGIN SELECT RAISE(ABORT, 'amounts cannot be relabelled'); END;

CREATE TRIGGER money_is_not_forgotten BEFORE DELETE ON settings WHEN old.name IN ('currency', 'currency_digits')
BEGIN SELECT RAISE(ABORT, 'amounts cannot be relabelled'); END;
