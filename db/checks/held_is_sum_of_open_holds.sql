-- What a balance row holds back equals its open holds; a settled hold has nothing left over.
SELECT coalesce(b.account_id, h.account_id) AS account_id, b.held, h.open
FROM sluice.balance b
FULL JOIN (
    SELECT account_id, sum(amount - captured - released) AS open
    FROM sluice.hold
    WHERE status = 'held'
    GROUP BY account_id
) h ON h.account_id = b.account_id
WHERE coalesce(b.held, 0) <> coalesce(h.open, 0)
UNION ALL
SELECT account_id, amount, captured + released
FROM sluice.hold
WHERE status <> 'held' AND captured + released <> amount;
