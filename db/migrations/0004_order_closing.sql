-- When an order that nobody is paying has to be closed: its expiry; NULL while a payment is under
-- way, which may still collect, and when the order is over. An order that begins with its payment
-- never enters the index unless that payment fails, so the usual payment does not pay for it and
-- its last update stays within the page.
ALTER TABLE sluice.orders ADD COLUMN closes_at timestamptz;
UPDATE sluice.orders SET closes_at = expires_at WHERE status = 'open' AND active_payment IS NULL;
CREATE INDEX orders_closing ON sluice.orders (closes_at) WHERE closes_at IS NOT NULL;
