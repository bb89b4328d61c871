-- An order is waiting to be closed exactly while it is open and nobody is paying it.
SELECT id, status, active_payment, closes_at
FROM sluice.orders
WHERE (closes_at IS NOT NULL) <> (status = 'open' AND active_payment IS NULL);
