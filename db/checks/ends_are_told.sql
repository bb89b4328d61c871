-- Whatever has ended is told so by an event of that end, and was told one end only: a refund that
-- was done after it had failed is told both, one that came back and was paid again is told twice.
-- What goes on was told none. A closed order is told once.
SELECT x.kind, x.id, x.status, string_agg(e.type, ' ' ORDER BY e.type) AS told
FROM (
    SELECT 'payment' AS kind, id, status::text FROM sluice.payment
    UNION ALL
    SELECT 'refund', id, status::text FROM sluice.refund
    UNION ALL
    SELECT 'payout', id, status::text FROM sluice.payout
    UNION ALL
    SELECT 'transfer', id, status::text FROM sluice.transfer
) x
LEFT JOIN sluice.event e ON e.object_id = x.id
    AND e.type IN (
        'payment.succeeded', 'payment.failed', 'payment.closed', 'payment.surplus',
        'refund.succeeded', 'refund.failed', 'refund.returned', 'payout.succeeded',
        'payout.failed', 'payout.returned', 'transfer.succeeded', 'transfer.failed'
    )
GROUP BY x.kind, x.id, x.status
HAVING CASE
    WHEN x.status IN ('pending', 'compensating')
        THEN count(e.id) FILTER (WHERE e.type <> 'payment.surplus') > 0
    ELSE count(e.id) FILTER (WHERE e.type = x.kind || '.' || x.status) = 0
        OR count(e.id) FILTER (WHERE e.type LIKE '%.succeeded')
            > 1 + count(e.id) FILTER (WHERE e.type = 'refund.returned')
        OR count(e.id) FILTER (WHERE e.type LIKE '%.failed') > 1
        OR (x.kind <> 'refund' AND count(e.id) FILTER (
            WHERE e.type ~ '[.](succeeded|failed|closed)$'
        ) > 1)
END
UNION ALL
SELECT 'order', o.id, o.status, count(e.id)::text
FROM sluice.orders o
LEFT JOIN sluice.event e ON e.object_id = o.id AND e.type = 'order.closed'
GROUP BY o.id, o.status
HAVING count(e.id) <> CASE WHEN o.status = 'closed' THEN 1 ELSE 0 END;
