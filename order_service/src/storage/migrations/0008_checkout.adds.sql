-- What an order keeps of its quote and its buyer, as JSON; NULL for an order without a quote.
ALTER TABLE orders ADD COLUMN checkout TEXT;

-- Taxes and shipping; no row while they are the defaults.
CREATE TABLE checkout_settings (
  only       INTEGER PRIMARY KEY CHECK (only = 1),
  version    INTEGER NOT NULL CHECK (version >= 1),
  settings   TEXT    NOT NULL,
  updated_at TEXT    NOT NULL
) STRICT;
