-- Pictures. Their files are in a folder beside the store (media_folder.ts), or where MEDIA_URL says. A row is added after its
-- files, and removed before them. `folder` is a UUIDv7, so its order is that of creation. `unused_since` is NULL while a product
-- or group shows the picture.
CREATE TABLE media (
  id           TEXT    NOT NULL PRIMARY KEY CHECK (length(id) = 64),
  folder       TEXT    NOT NULL UNIQUE CHECK (length(folder) = 36),
  width        INTEGER NOT NULL CHECK (width >= 1),
  height       INTEGER NOT NULL CHECK (height >= 1),
  blur         TEXT    NOT NULL CHECK (length(blur) <= 1000),
  renditions   TEXT    NOT NULL CHECK (json_type(renditions) = 'array'),
  created_at   TEXT    NOT NULL,
  created_by   TEXT    NOT NULL CHECK (created_by <> ''),
  unused_since TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX media_unused ON media (unused_since, id) WHERE unused_since IS NOT NULL;

-- Which product or group shows which picture; written in the transaction that changes the product. The reference refuses both
-- a use of a picture that is not there, and the removal of one that is used.
CREATE TABLE media_uses (
  owner_id TEXT NOT NULL,
  media_id TEXT NOT NULL REFERENCES media (id),
  PRIMARY KEY (owner_id, media_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX media_uses_by_media ON media_uses (media_id);
