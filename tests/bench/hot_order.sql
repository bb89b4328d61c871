-- One row that tells of the order which everybody refunds at once: how many refunds have succeeded
-- and how many are not over, what those that succeeded came to, what the order and what its
-- collected instructions say was given back, and what the refunds' own instructions gave. For psql
-- with -v number=MERCHANT_ORDER_NUMBER.
SELECT
    count(r.id) FILTER (WHERE r.status = 'succeeded') AS succeeded,
    count(r.id) FILTER (WHERE r.status NOT IN ('succeeded', 'failed')) AS open,
    coalesce(sum(r.amount) FILTER (WHERE r.status = 'succeeded'), 0) AS amount,
    o.refunded,
    (
        SELECT coalesce(sum(c.refunded), 0) FROM sluice.payment p
        JOIN sluice.instruction c ON c.run_id = p.id AND c.purpose = 'collect'
        WHERE p.order_id = o.id
    ) AS claimed,
    (
        SELECT coalesce(sum(b.amount), 0) FROM sluice.refund s
        JOIN sluice.instruction b ON b.run_id = s.id AND b.purpose = 'refund'
        WHERE s.order_id = o.id AND b.status = 'succeeded'
    ) AS given
FROM sluice.orders o
LEFT JOIN sluice.refund r ON r.order_id = o.id
WHERE o.merchant_order_number = :'number'
GROUP BY o.id, o.refunded;
