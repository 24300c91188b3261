-- The account that a guest's order was added to, and how a parcel is followed, as JSON.
ALTER TABLE orders ADD COLUMN linked_to TEXT;
ALTER TABLE orders ADD COLUMN tracking TEXT;
CREATE INDEX orders_linked_to ON orders (linked_to) WHERE linked_to IS NOT NULL;
-- Quoted orders by the e-mail address of the buyer, as it is stored.
CREATE INDEX orders_by_email ON orders (checkout ->> '$.email') WHERE checkout IS NOT NULL;
