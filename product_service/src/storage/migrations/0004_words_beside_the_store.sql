-- The search index has a file of its own, written beside the sales (sqlite_index.ts): in here every edit merged parts
-- of it, now and then for a tenth of a second, in the transaction and on the loop that sell stock.

DROP TABLE product_words;
DELETE FROM settings WHERE name = 'words_missing_below';

-- What the index has to follow: the latest change of each product's text, in the order they were made. Products of
-- before have none; an index without a state begins with all products there are.
CREATE TABLE text_changes (
  seq    INTEGER PRIMARY KEY REFERENCES products (seq),
  number INTEGER NOT NULL UNIQUE
) STRICT;

CREATE TRIGGER text_is_new AFTER INSERT ON products
BEGIN
  INSERT INTO text_changes SELECT new.seq, coalesce(max(number), 0) + 1 FROM text_changes;
END;

CREATE TRIGGER text_changes AFTER UPDATE OF name, description, deleted_at ON products
WHEN old.name IS NOT new.name OR old.description IS NOT new.description OR old.deleted_at IS NOT new.deleted_at
BEGIN
  INSERT INTO text_changes SELECT new.seq, coalesce(max(number), 0) + 1 FROM text_changes WHERE true
    ON CONFLICT (seq) DO UPDATE SET number = excluded.number;
END;

-- Each opening of the store by whoever may change it, with the number of changes there were. An index names the
-- opening and the number it has followed to; if a copy of before was put in place, it never had that moment.
CREATE TABLE openings (
  number  INTEGER PRIMARY KEY,
  id      TEXT    NOT NULL UNIQUE,
  changes INTEGER NOT NULL
) STRICT;
