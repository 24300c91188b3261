-- Details of products, groups of variants, addresses and categories. The release before writes none of the new columns; it
-- sees a draft as a removed product, because deleted_at is set while a product is not on sale.

ALTER TABLE products ADD COLUMN sku TEXT;
ALTER TABLE products ADD COLUMN slug TEXT;
ALTER TABLE products ADD COLUMN draft INTEGER NOT NULL DEFAULT 0 CHECK (draft IN (0, 1));
ALTER TABLE products ADD COLUMN group_draft INTEGER NOT NULL DEFAULT 0 CHECK (group_draft IN (0, 1));
ALTER TABLE products ADD COLUMN publish_at TEXT;
ALTER TABLE products ADD COLUMN group_id TEXT;
-- A JSON array, in the order of the options of the group.
ALTER TABLE products ADD COLUMN option_values TEXT;
-- All that no query looks for, as JSON.
ALTER TABLE products ADD COLUMN details TEXT;

-- Among products that were not removed: on sale, or hidden.
CREATE UNIQUE INDEX products_by_sku ON products (sku)
  WHERE sku IS NOT NULL AND (deleted_at IS NULL OR draft = 1 OR group_draft = 1);
CREATE UNIQUE INDEX variants_by_values ON products (group_id, option_values)
  WHERE group_id IS NOT NULL AND (deleted_at IS NULL OR draft = 1 OR group_draft = 1);
CREATE INDEX variants ON products (group_id, seq) WHERE group_id IS NOT NULL;
CREATE INDEX variants_by_price ON products (group_id, price_minor) WHERE group_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX variants_in_stock ON products (group_id, in_stock) WHERE in_stock = 1 AND group_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX products_to_publish ON products (publish_at) WHERE publish_at IS NOT NULL AND draft = 1;
CREATE INDEX products_hidden ON products (seq) WHERE draft = 1 OR group_draft = 1;

-- price_from, price_to, variants and in_stock are of the variants on sale; the triggers below keep them.
CREATE TABLE groups (
  seq          INTEGER PRIMARY KEY,
  id           TEXT    NOT NULL UNIQUE,
  version      INTEGER NOT NULL CHECK (version >= 1),
  edit_version INTEGER NOT NULL CHECK (edit_version BETWEEN 1 AND version),
  price_from   INTEGER,
  price_to     INTEGER CHECK (price_to >= price_from),
  variants     INTEGER NOT NULL DEFAULT 0,
  in_stock     INTEGER NOT NULL DEFAULT 0 CHECK (in_stock IN (0, 1)),
  draft        INTEGER NOT NULL CHECK (draft IN (0, 1)),
  publish_at   TEXT,
  slug         TEXT,
  created_at   TEXT    NOT NULL,
  updated_at   TEXT    NOT NULL,
  deleted_at   TEXT,
  name         TEXT    NOT NULL CHECK (length(name) >= 1),
  description  TEXT    NOT NULL,
  options      TEXT    NOT NULL,
  details      TEXT    NOT NULL
) STRICT;

CREATE INDEX groups_to_publish ON groups (publish_at) WHERE publish_at IS NOT NULL AND draft = 1;

CREATE TRIGGER variant_is_new AFTER INSERT ON products WHEN new.group_id IS NOT NULL
BEGIN
  UPDATE OR IGNORE groups SET price_from = f, price_to = t, in_stock = s, variants = variants + d, version = version + 1
    FROM (SELECT
      (SELECT min(price_minor) FROM products WHERE group_id = new.group_id AND deleted_at IS NULL) AS f,
      (SELECT max(price_minor) FROM products WHERE group_id = new.group_id AND deleted_at IS NULL) AS t,
      EXISTS (SELECT 1 FROM products WHERE group_id = new.group_id AND in_stock = 1 AND deleted_at IS NULL) AS s,
      (new.deleted_at IS NULL) AS d)
    WHERE id = new.group_id AND (d <> 0 OR (price_from, price_to, in_stock) IS NOT (f, t, s));
END;

CREATE TRIGGER variant_changes AFTER UPDATE OF price_minor, in_stock, deleted_at, group_id ON products
WHEN new.group_id IS NOT NULL
BEGIN
  UPDATE OR IGNORE groups SET price_from = f, price_to = t, in_stock = s, variants = variants + d, version = version + 1
    FROM (SELECT
      (SELECT min(price_minor) FROM products WHERE group_id = new.group_id AND deleted_at IS NULL) AS f,
      (SELECT max(price_minor) FROM products WHERE group_id = new.group_id AND deleted_at IS NULL) AS t,
      EXISTS (SELECT 1 FROM products WHERE group_id = new.group_id AND in_stock = 1 AND deleted_at IS NULL) AS s,
      (new.deleted_at IS NULL) - (old.deleted_at IS NULL AND old.group_id IS new.group_id) AS d)
    WHERE id = new.group_id AND (d <> 0 OR (price_from, price_to, in_stock) IS NOT (f, t, s));
END;

CREATE TRIGGER variant_leaves AFTER UPDATE OF group_id ON products
WHEN old.group_id IS NOT NULL AND old.group_id IS NOT new.group_id
BEGIN
  UPDATE OR IGNORE groups SET price_from = f, price_to = t, in_stock = s, variants = variants + d, version = version + 1
    FROM (SELECT
      (SELECT min(price_minor) FROM products WHERE group_id = old.group_id AND deleted_at IS NULL) AS f,
      (SELECT max(price_minor) FROM products WHERE group_id = old.group_id AND deleted_at IS NULL) AS t,
      EXISTS (SELECT 1 FROM products WHERE group_id = old.group_id AND in_stock = 1 AND deleted_at IS NULL) AS s,
      -(old.deleted_at IS NULL) AS d)
    WHERE id = old.group_id AND (d <> 0 OR (price_from, price_to, in_stock) IS NOT (f, t, s));
END;

-- Every slug that a product or group has or had. One that is not current leads to its owner, until another takes it.
CREATE TABLE slugs (
  slug     TEXT    NOT NULL PRIMARY KEY,
  owner    TEXT    NOT NULL,
  of_group INTEGER NOT NULL CHECK (of_group IN (0, 1)),
  current  INTEGER NOT NULL CHECK (current IN (0, 1))
) STRICT, WITHOUT ROWID;

-- path has the ids of a category and of those above it: '/a/b/' is below '/a/'.
CREATE TABLE categories (
  id       TEXT    NOT NULL PRIMARY KEY,
  path     TEXT    NOT NULL UNIQUE,
  slug     TEXT    NOT NULL UNIQUE,
  position INTEGER NOT NULL,
  version  INTEGER NOT NULL CHECK (version >= 1),
  name     TEXT    NOT NULL CHECK (length(name) >= 1)
) STRICT, WITHOUT ROWID;
