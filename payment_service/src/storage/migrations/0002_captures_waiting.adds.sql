-- Captures that the provider has not made yet: usually none.
CREATE INDEX payments_capturing ON payments (updated_at)
WHERE method = 'card' AND state = 'authorised' AND json_extract(place, '$.wish.kind') = 'capture';
