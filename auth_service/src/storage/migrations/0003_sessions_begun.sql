-- To find sessions that began in the future (a clock was ahead). The index on their end would read nearly all of them
-- after the lifetime of sessions was made shorter.
CREATE INDEX sessions_begun ON sessions (created_at);
