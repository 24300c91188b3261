-- A movement of returned goods: in `reason` it has `adjustment`, which the release before can read, and here the order that the goods
-- came back from.
ALTER TABLE movements ADD COLUMN return_order TEXT;
-- What came back from a shipped order and is in stock again, by receipt (src/domain/restocking.ts), as JSON; NULL: nothing.
ALTER TABLE reservations ADD COLUMN restocks TEXT;
