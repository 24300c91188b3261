-- What changed in the lists of the shop, so that each process can follow (storage/sqlite_listings.ts): one row for each thing
-- that changed since it was added, with the number of its last change. A new product or group is found by its seq.
CREATE TABLE listing_changes (
  kind   TEXT    NOT NULL CHECK (kind IN ('product', 'group')),
  seq    INTEGER NOT NULL,
  number INTEGER NOT NULL UNIQUE,
  PRIMARY KEY (kind, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER listed_sale_changes AFTER UPDATE OF price_minor, in_stock, deleted_at ON products
WHEN old.price_minor IS NOT new.price_minor OR old.in_stock IS NOT new.in_stock OR old.deleted_at IS NOT new.deleted_at
BEGIN
  INSERT OR IGNORE INTO listing_changes VALUES ('product', new.seq, 0);
  UPDATE OR IGNORE listing_changes SET number = (SELECT max(number) + 1 FROM listing_changes)
    WHERE kind = 'product' AND seq = new.seq;
END;

CREATE TRIGGER listed_details_change AFTER UPDATE OF name_key, group_id, option_values, details ON products
WHEN old.name_key IS NOT new.name_key OR old.group_id IS NOT new.group_id
  OR old.option_values IS NOT new.option_values OR old.details IS NOT new.details
BEGIN
  INSERT OR IGNORE INTO listing_changes VALUES ('product', new.seq, 0);
  UPDATE OR IGNORE listing_changes SET number = (SELECT max(number) + 1 FROM listing_changes)
    WHERE kind = 'product' AND seq = new.seq;
END;

CREATE TRIGGER listed_group_changes AFTER UPDATE OF name, price_from, options, details ON groups
WHEN old.name IS NOT new.name OR old.price_from IS NOT new.price_from OR old.options IS NOT new.options
  OR old.details IS NOT new.details
BEGIN
  INSERT OR IGNORE INTO listing_changes VALUES ('group', new.seq, 0);
  UPDATE OR IGNORE listing_changes SET number = (SELECT max(number) + 1 FROM listing_changes)
    WHERE kind = 'group' AND seq = new.seq;
END;
