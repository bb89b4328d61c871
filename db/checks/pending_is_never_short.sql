-- No merchant has given back more of what waits for settlement than came: refunds are paid from
-- 2101 alone, and what else he owes stands on 1201.
SELECT a.owner AS merchant, a.currency, sum(-e.side * e.amount) AS balance
FROM sluice.entry e
JOIN sluice.account a ON a.id = e.account_id
WHERE a.gl = '2101'
GROUP BY a.owner, a.currency
HAVING sum(-e.side * e.amount) < 0;
