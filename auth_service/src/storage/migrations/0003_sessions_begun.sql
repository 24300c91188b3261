-- Sessions begun in what is the future now (a clock was ahead): by their end nearly all are read to find none, once the
-- time that sessions live was made shorter.
CREATE INDEX sessions_begun ON sessions (created_at);
