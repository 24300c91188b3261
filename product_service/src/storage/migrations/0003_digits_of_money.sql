-- Besides its currency a store has the number of decimals of its amounts (service_kit/src/storage/store_money.ts). With
-- another number of decimals every stored amount would have another value, so neither is ever changed.
CREATE TRIGGER money_is_not_relabelled BEFORE UPDATE ON settings WHEN old.name IN ('currency', 'currency_digits')
BEGIN SELECT RAISE(ABORT, 'amounts cannot be relabelled'); END;

CREATE TRIGGER money_is_not_forgotten BEFORE DELETE ON settings WHEN old.name IN ('currency', 'currency_digits')
BEGIN SELECT RAISE(ABORT, 'amounts cannot be relabelled'); END;
