-- The catalogue, its stock ledger and the reservations. The CHECKs repeat the invariants of the domain.

CREATE TABLE settings (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

-- seq is the order of creation. in_stock repeats stock > 0 in a column of its own, so that a sale touches
-- the indexes only when a product sells out or comes back.
CREATE TABLE products (
  seq          INTEGER PRIMARY KEY,
  id           TEXT    NOT NULL UNIQUE,
  stock        INTEGER NOT NULL CHECK (stock >= 0),
  reserved     INTEGER NOT NULL CHECK (reserved >= 0),
  version      INTEGER NOT NULL CHECK (version >= 1),
  edit_version INTEGER NOT NULL CHECK (edit_version BETWEEN 1 AND version),
  price_minor  INTEGER NOT NULL CHECK (price_minor >= 0),
  in_stock     INTEGER NOT NULL CHECK (in_stock = (stock > 0)),
  created_at   TEXT    NOT NULL,
  updated_at   TEXT    NOT NULL,
  deleted_at   TEXT,
  name_key     TEXT    NOT NULL,
  name         TEXT    NOT NULL CHECK (length(name) >= 1),
  description  TEXT    NOT NULL
) STRICT;

CREATE INDEX products_by_price ON products (price_minor, id) WHERE deleted_at IS NULL;
CREATE INDEX products_by_name ON products (name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX products_in_stock ON products (seq) WHERE in_stock = 1 AND deleted_at IS NULL;
CREATE INDEX products_in_stock_by_price ON products (price_minor, id) WHERE in_stock = 1 AND deleted_at IS NULL;
CREATE INDEX products_in_stock_by_name ON products (name_key, id) WHERE in_stock = 1 AND deleted_at IS NULL;

-- One row for each product, rowid = -seq: the index is read forwards, so the newest comes first. The domain separates
-- the words by spaces; `ascii` treats everything else as part of a word, so it splits exactly there. Prefixes of up
-- to 10 letters have lists of their own, so a common prefix costs no more than a rare one.
CREATE VIRTUAL TABLE product_words USING fts5 (
  words,
  content = '', contentless_delete = 1, detail = 'none', tokenize = 'ascii',
  prefix = '1 2 3 4 5 6 7 8 9 10'
);

-- Append-only. version is the version of the product after the movement.
CREATE TABLE movements (
  product_seq     INTEGER NOT NULL REFERENCES products (seq),
  version         INTEGER NOT NULL CHECK (version >= 1),
  delta           INTEGER NOT NULL CHECK (delta <> 0),
  stock_after     INTEGER NOT NULL CHECK (stock_after >= 0),
  reason          TEXT    NOT NULL CHECK (reason IN ('initial', 'sale', 'release', 'adjustment', 'edit')),
  note            TEXT,
  order_id        TEXT    CHECK ((order_id IS NOT NULL) = (reason IN ('sale', 'release'))),
  made_by         TEXT,
  at              TEXT    NOT NULL,
  idempotency_key TEXT,
  fingerprint     TEXT    CHECK ((fingerprint IS NULL) = (idempotency_key IS NULL)),
  PRIMARY KEY (product_seq, version)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX movements_by_attempt ON movements (made_by, idempotency_key)
  WHERE idempotency_key IS NOT NULL;

CREATE TRIGGER movements_are_not_changed BEFORE UPDATE ON movements
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

CREATE TRIGGER movements_are_not_removed BEFORE DELETE ON movements
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

CREATE TABLE reservations (
  seq              INTEGER PRIMARY KEY,
  order_id         TEXT    NOT NULL UNIQUE,
  status           TEXT    NOT NULL CHECK (status IN ('held', 'rejected', 'released', 'shipped')),
  lines            TEXT    NOT NULL,
  total_minor      INTEGER CHECK (total_minor >= 0),
  reason           TEXT    CHECK ((reason IS NOT NULL) = (status = 'rejected')),
  shortages        TEXT    NOT NULL,
  unknown_products TEXT    NOT NULL,
  created_at       TEXT    NOT NULL,
  updated_at       TEXT    NOT NULL
) STRICT;
