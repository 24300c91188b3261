-- Since when the refund of a receipt of goods is owed that payment_service has not taken yet (src/domain/returns.ts). For a gauge.
ALTER TABLE cases ADD COLUMN refund_owed_since TEXT;

CREATE INDEX cases_refund_owed ON cases (refund_owed_since) WHERE refund_owed_since IS NOT NULL;
