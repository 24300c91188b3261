-- Each row is a payment; the checks repeat the invariants of src/domain/payment.ts (M1, M7).
CREATE TABLE payments (
  order_id       TEXT NOT NULL PRIMARY KEY,
  method         TEXT NOT NULL CHECK (method IN ('card', 'invoice', 'cash')),
  state          TEXT NOT NULL CHECK (state IN ('open', 'authorised', 'captured', 'cancelling', 'cancelled', 'failed')),
  amount_minor   INTEGER NOT NULL CHECK (amount_minor BETWEEN 1 AND 1000000000000000),
  currency       TEXT NOT NULL CHECK (length(currency) = 3),
  user_id        TEXT,
  intent_id      TEXT,
  captured_minor INTEGER NOT NULL,
  refunded_minor INTEGER NOT NULL,
  refunds_minor  INTEGER NOT NULL,
  capture_before TEXT,
  place          TEXT NOT NULL,
  refunds        TEXT NOT NULL,
  history        TEXT NOT NULL,
  version        INTEGER NOT NULL CHECK (version = json_array_length(history)),
  revision       INTEGER NOT NULL CHECK (revision >= 1),
  hinted_version INTEGER NOT NULL,
  created_at     TEXT NOT NULL,
  updated_at     TEXT NOT NULL,
  due_at         TEXT,
  attempts       INTEGER NOT NULL CHECK (attempts >= 0),
  fence          INTEGER NOT NULL CHECK (fence >= 0),
  CHECK (captured_minor - refunded_minor <= amount_minor),
  CHECK (refunds_minor <= captured_minor)
) STRICT;

CREATE UNIQUE INDEX payments_by_intent ON payments (intent_id) WHERE intent_id IS NOT NULL;
CREATE INDEX payments_due ON payments (due_at, updated_at) WHERE due_at IS NOT NULL;
CREATE INDEX payments_unhinted ON payments (order_id) WHERE hinted_version < version;
CREATE INDEX payments_ending ON payments (capture_before) WHERE capture_before IS NOT NULL;

-- M5: each part of an object of the provider is one entry, of one payment, for ever.
CREATE TABLE entries (
  id           TEXT NOT NULL PRIMARY KEY,
  order_id     TEXT NOT NULL REFERENCES payments (order_id),
  position     INTEGER NOT NULL,
  kind         TEXT NOT NULL CHECK (kind IN ('authorisation', 'void', 'capture', 'refund', 'refund_failed', 'dispute')),
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
  at           TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX entries_by_order ON entries (order_id, position);

CREATE TRIGGER entries_are_not_changed BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'an entry of a payment is never changed'); END;
CREATE TRIGGER entries_are_not_removed BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'an entry of a payment is never removed'); END;

-- Events that the provider has sent, so that one that comes again costs nothing.
CREATE TABLE inbox (
  event_id TEXT NOT NULL PRIMARY KEY,
  at       TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX inbox_by_age ON inbox (at);

CREATE TABLE settings (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TRIGGER money_is_not_relabelled BEFORE UPDATE ON settings WHEN old.name IN ('currency', 'currency_digits')
BEGIN SELECT RAISE(ABORT, 'amounts cannot be relabelled'); END;
CREATE TRIGGER money_is_not_forgotten BEFORE DELETE ON settings WHEN old.name IN ('currency', 'currency_digits')
BEGIN SELECT RAISE(ABORT, 'amounts cannot be relabelled'); END;

-- What admins and operators changed. Entries are added in the transaction of their change, and then stay as they are.
CREATE TABLE audit_log (
  id           TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
  at           TEXT NOT NULL,
  made_by      TEXT NOT NULL CHECK (made_by <> ''),
  action       TEXT NOT NULL CHECK (action <> ''),
  subject_type TEXT NOT NULL,
  subject_id   TEXT NOT NULL,
  subject_name TEXT,
  changes      TEXT NOT NULL CHECK (json_type(changes) = 'array' AND length(changes) <= 24576),
  note         TEXT,
  request_id   TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_by_subject ON audit_log (subject_id, id);
CREATE INDEX audit_by_author ON audit_log (made_by, id);
CREATE INDEX audit_by_action ON audit_log (action, id);

CREATE TRIGGER audit_log_is_not_changed BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'an entry of audit_log is never changed'); END;
CREATE TRIGGER audit_log_is_not_removed BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'an entry of audit_log is never removed'); END;
CREATE TRIGGER audit_log_is_not_replaced BEFORE INSERT ON audit_log
WHEN EXISTS (SELECT 1 FROM audit_log WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'an entry of audit_log is never replaced'); END;
