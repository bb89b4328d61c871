-- A reversal leaves every account of the reversed journal where it was before.
SELECT r.id AS reversal, e.account_id, sum(e.side * e.amount) AS difference
FROM sluice.journal r
JOIN sluice.entry e ON e.journal_id IN (r.id, r.reverses)
WHERE r.reverses IS NOT NULL
GROUP BY r.id, e.account_id
HAVING sum(e.side * e.amount) <> 0;
