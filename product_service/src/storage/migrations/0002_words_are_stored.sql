-- The search index keeps the words it was given, and has words of names apart.
--
-- It kept none, and so remembered a removed product in a row of its own whose rowid, (65536 + segment) << 37, is
-- beyond 2^53. SQLite then names that rowid as the last one inserted, whatever the next statement of the connection
-- is, and node:sqlite throws at a number JavaScript can't hold, after the statement took effect.
--
-- An index that has the words removes a product by writing its words once more, marked as gone. So it writes two
-- kinds of rows: one a product, rowid -seq, and pages of segments, rowid below 2001 << 37 = 2^48.97, because FTS5
-- has at most 2000 segments (FTS5_MAX_SEGMENT). No rowid can come near 2^53. Rows of the old kind go with the table.

DROP TABLE product_words;

-- One row a product, rowid = -seq: the index is read forwards, and forwards is newest first. The words come
-- from the domain separated by spaces; `ascii` takes everything else as part of a word, so it splits exactly
-- there. Beginnings of up to 10 letters have lists of their own (words of names begin with a mark), so a common one
-- costs no more than a rare one.
CREATE VIRTUAL TABLE product_words USING fts5 (
  words,
  detail = 'none', columnsize = 0, tokenize = 'ascii',
  prefix = '1 2 3 4 5 6 7 8 9 10 11'
);

-- Products below it are indexed when the store is opened (sqlite_reindex.ts).
INSERT INTO settings SELECT 'words_missing_below', max(seq) + 1 FROM products HAVING max(seq) IS NOT NULL;

-- Newest first, past those that left the catalogue.
CREATE INDEX products_listed ON products (seq) WHERE deleted_at IS NULL;
