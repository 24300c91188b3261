-- The search index stores its words, and the words of names separately.
--
-- Before, it stored none, so FTS5 noted a removed product in a row whose rowid, (65536 + segment) << 37, is beyond
-- 2^53. SQLite then reports that rowid as the last one inserted, also for the next statement of the connection,
-- and node:sqlite throws at a number that JavaScript cannot represent, after the statement took effect.
--
-- An index that stores the words removes a product by writing its words again, marked as removed. So it writes two
-- kinds of rows: one for each product, rowid -seq, and pages of segments, rowid below 2001 << 37 = 2^48.97, because
-- FTS5 has at most 2000 segments (FTS5_MAX_SEGMENT). No rowid comes near 2^53. The old rows are dropped with the table.

DROP TABLE product_words;

-- One row for each product, rowid = -seq: the index is read forwards, so the newest comes first. The domain separates
-- the words by spaces; `ascii` treats everything else as part of a word, so it splits exactly there. Prefixes of up
-- to 10 letters have lists of their own (words of names begin with a mark), so a common prefix costs no more than a
-- rare one.
CREATE VIRTUAL TABLE product_words USING fts5 (
  words,
  detail = 'none', columnsize = 0, tokenize = 'ascii',
  prefix = '1 2 3 4 5 6 7 8 9 10 11'
);

-- Products below it are indexed when the store is opened (sqlite_reindex.ts).
INSERT INTO settings SELECT 'words_missing_below', max(seq) + 1 FROM products HAVING max(seq) IS NOT NULL;

-- Newest first, without products that were removed from the catalogue.
CREATE INDEX products_listed ON products (seq) WHERE deleted_at IS NULL;
