-- Since when something that is owed back waits for a person (domain/give_back.ts): usually there is none.
ALTER TABLE payments ADD COLUMN owed_since TEXT;
CREATE INDEX payments_owed ON payments (owed_since) WHERE owed_since IS NOT NULL;
