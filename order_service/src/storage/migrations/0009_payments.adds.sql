-- An order whose next call is owed to payment_service (domain/schedule.ts): its status is in `state`, and when it is due in
-- `pay_due_at`. In `status` it has `confirmed`, which the release before leaves alone: it finds such an order unreadable.
ALTER TABLE orders ADD COLUMN state TEXT CHECK (state IN ('awaiting_payment', 'capturing', 'cancelling'));
ALTER TABLE orders ADD COLUMN pay_due_at TEXT;
CREATE INDEX orders_by_state ON orders (state, id) WHERE state IS NOT NULL;
CREATE INDEX orders_pay_due ON orders (pay_due_at) WHERE pay_due_at IS NOT NULL;
