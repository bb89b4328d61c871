-- No balance is below its floor or above its limit.
SELECT account_id, sign * (dr - cr) AS balance, held, floor, ceil
FROM sluice.balance
WHERE sign * (dr - cr) - held < floor OR sign * (dr - cr) > ceil;
