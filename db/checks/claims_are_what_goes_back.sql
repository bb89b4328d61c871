-- What is claimed of a collected instruction covers all that goes or went back of it, and is no
-- more than that unless a run that may still give back keeps it. What conversions send on of the
-- refunds to accounts is the same, order by order.
WITH live AS (
    SELECT r.order_id FROM sluice.refund r JOIN sluice.flow_run f ON f.run_id = r.id
    UNION
    SELECT p.order_id FROM sluice.payment p JOIN sluice.flow_run f ON f.run_id = p.id
), going AS (
    SELECT x.original_id, r.order_id, x.amount,
        coalesce(r.details::jsonb ? 'converts', false) AS converts
    FROM sluice.instruction x
    LEFT JOIN sluice.refund r ON r.id = x.run_id
    WHERE x.original_id IS NOT NULL AND x.purpose <> 'collect'
        AND x.status IN ('created', 'pending', 'unknown', 'succeeded', 'conflicted')
)
SELECT c.order_id, c.id, c.claimed, c.going
FROM (
    SELECT p.order_id, i.id, i.refunded AS claimed, coalesce(g.going, 0) AS going
    FROM sluice.instruction i
    JOIN sluice.payment p ON p.id = i.run_id
    LEFT JOIN (
        SELECT original_id, sum(amount) AS going FROM going WHERE NOT converts GROUP BY original_id
    ) g ON g.original_id = i.id
    WHERE i.purpose = 'collect'
    UNION ALL
    SELECT coalesce(k.order_id, g.order_id), NULL, coalesce(k.claimed, 0), coalesce(g.going, 0)
    FROM (
        SELECT r.order_id, sum(i.refunded) AS claimed
        FROM sluice.instruction i
        JOIN sluice.refund r ON r.id = i.run_id
        WHERE i.purpose = 'refund'
        GROUP BY r.order_id
    ) k
    FULL JOIN (
        SELECT order_id, sum(amount) AS going FROM going WHERE converts GROUP BY order_id
    ) g ON g.order_id = k.order_id
) c
WHERE c.claimed < c.going
    OR (c.claimed > c.going AND c.order_id NOT IN (SELECT l.order_id FROM live l));
