-- While nobody knows what became of a payout, 2203 holds exactly its amount and fee.
SELECT p.id, p.amount, p.details::jsonb ->> 'fee' AS fee, b.balance
FROM sluice.payout p
LEFT JOIN (
    SELECT j.run_id, sum(-e.side * e.amount) AS balance
    FROM sluice.entry e
    JOIN sluice.journal j ON j.id = e.journal_id
    JOIN sluice.account a ON a.id = e.account_id
    WHERE a.gl = '2203'
    GROUP BY j.run_id
) b ON b.run_id = p.id
WHERE coalesce(b.balance, 0) <> p.amount + coalesce((p.details::jsonb ->> 'fee')::bigint, 0)
    AND EXISTS (
        SELECT 1 FROM sluice.instruction i
        WHERE i.run_id = p.id AND i.status IN ('created', 'pending', 'unknown', 'conflicted')
    );
