-- The event log; the checks repeat the invariants of src/domain/event.ts. No release before uses this file.
CREATE TABLE events (
  -- Given in the order of the commits (E2). The last event is never removed, so no position is given twice.
  position    INTEGER PRIMARY KEY CHECK (position > 0),
  aggregate   TEXT NOT NULL CHECK (length(aggregate) BETWEEN 3 AND 120),
  sequence    INTEGER NOT NULL CHECK (sequence > 0),
  type        TEXT NOT NULL CHECK (length(type) BETWEEN 3 AND 60),
  time        TEXT NOT NULL,
  data        TEXT NOT NULL CHECK (json_type(data) = 'object'),
  coalesced   INTEGER NOT NULL CHECK (coalesced IN (0, 1)),
  recorded_at TEXT NOT NULL
) STRICT;

-- Invariant E1.
CREATE UNIQUE INDEX events_by_aggregate ON events (aggregate, sequence);

-- The last number of each aggregate, which is kept when its events are removed.
CREATE TABLE aggregates (
  aggregate TEXT PRIMARY KEY,
  sequence  INTEGER NOT NULL CHECK (sequence > 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
