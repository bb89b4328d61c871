-- An order has been paid what its succeeded payments collected, and refunded what its refunds give
-- back; it is paid exactly when nothing is due. Conversions and money that no order took are none
-- of its refunds.
SELECT o.id, o.status, o.amount, o.paid, p.paid AS collected, o.refunded, r.refunded AS given_back
FROM sluice.orders o
LEFT JOIN (
    SELECT order_id, sum(amount) AS paid FROM sluice.payment WHERE status = 'succeeded'
    GROUP BY order_id
) p ON p.order_id = o.id
LEFT JOIN (
    SELECT x.order_id, sum(
        CASE
            WHEN x.status IN ('pending', 'succeeded')
                OR EXISTS (SELECT 1 FROM sluice.flow_run f WHERE f.run_id = x.id) THEN x.amount
            ELSE (
                SELECT coalesce(sum(i.amount), 0) FROM sluice.instruction i
                WHERE i.run_id = x.id AND i.status = 'succeeded'
            )
        END
    ) AS refunded
    FROM sluice.refund x
    WHERE NOT x.details::jsonb ?| ARRAY['converts', 'is_surplus']
    GROUP BY x.order_id
) r ON r.order_id = o.id
WHERE o.paid <> coalesce(p.paid, 0) OR o.refunded <> coalesce(r.refunded, 0)
    OR (o.status = 'paid') <> (o.paid = o.amount);
