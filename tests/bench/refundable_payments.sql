-- The payments that have succeeded and of which nothing was refunded, as the API writes their ids,
-- the oldest first. For psql with -v paid=MINOR_UNITS, of the whole order, and -v most=NUMBER.
SELECT 'pay_' || (
    SELECT string_agg(
        substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', substring(p.bits, place, 5)::integer + 1, 1), ''
        ORDER BY place
    )
    FROM generate_series(1, 126, 5) AS place
)
FROM (
    SELECT x.id, B'00' || ('x' || replace(x.id::text, '-', ''))::bit(128) AS bits
    FROM sluice.payment x
    JOIN sluice.orders o ON o.id = x.order_id
    WHERE x.status = 'succeeded' AND o.refunded = 0 AND o.paid = :paid
    ORDER BY x.id
    LIMIT :most
) p
ORDER BY p.id;
