-- The search index has a file and a thread of its own (sqlite_index.ts). In this file every edit merged parts of it,
-- sometimes for a tenth of a second, in the transaction and on the event loop that reserve stock.

DROP TABLE product_words;
DELETE FROM settings WHERE name = 'words_missing_below';

-- The changes that the index must apply: the latest change of each product's text, in their order. Products that are
-- older than this table have none; an index without a state begins with all products.
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

-- Each time a process opened the store for writing, with the number of changes at that time. An index names the opening
-- and the number up to which it has applied the changes; a restored older copy of the store does not contain that pair.
CREATE TABLE openings (
  number  INTEGER PRIMARY KEY,
  id      TEXT    NOT NULL UNIQUE,
  changes INTEGER NOT NULL
) STRICT;
