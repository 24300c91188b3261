-- Categories are written from here on. The release before reads neither them nor slugs.
ALTER TABLE categories ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE slugs ADD COLUMN of_category INTEGER NOT NULL DEFAULT 0 CHECK (of_category IN (0, 1));

-- One row, from the first category on: its number grows with every change of the categories, so one look says whether what
-- a process knows of them is still true.
CREATE TABLE category_tree (
  id       TEXT    NOT NULL PRIMARY KEY CHECK (id = 'tree'),
  revision INTEGER NOT NULL CHECK (revision >= 1)
) STRICT, WITHOUT ROWID;
