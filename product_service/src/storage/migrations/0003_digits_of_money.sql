-- Beside its currency a store keeps the digits its amounts count (service_kit/src/storage/store_money.ts). Read with another
-- number of digits every amount would be another one, so neither is ever changed.
CREATE TRIGGER money_is_not_relabelled BEFORE UPDATE ON settings WHEN old.name IN ('currency', 'currency_digits')
BEGIN SELECT RAISE(ABORT, 'amounts cannot be relabelled'); END;

CREATE TRIGGER money_is_not_forgotten BEFORE DELETE ON settings WHEN old.name IN ('currency', 'currency_digits')
BEGIN SELECT RAISE(ABORT, 'amounts cannot be relabelled'); END;
