-- What a balance row holds back equals the internal instructions that are pending.
SELECT coalesce(b.account_id, h.account_id) AS account_id, b.held, h.open
FROM sluice.balance b
FULL JOIN (
    SELECT account_id, sum(amount) AS open
    FROM sluice.instruction
    WHERE kind = 'internal' AND status = 'pending'
    GROUP BY account_id
) h ON h.account_id = b.account_id
WHERE coalesce(b.held, 0) <> coalesce(h.open, 0);
