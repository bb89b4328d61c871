-- What stands on 2204 equals the money of the open surplus cases, except what a refund is giving
-- back at the moment, which stands on 2202.
SELECT coalesce(b.owner, c.merchant_id) AS merchant, coalesce(b.currency, c.currency) AS currency,
    b.balance, c.open
FROM (
    SELECT a.owner, a.currency, sum(-e.side * e.amount) AS balance
    FROM sluice.entry e
    JOIN sluice.account a ON a.id = e.account_id
    WHERE a.gl = '2204'
    GROUP BY a.owner, a.currency
) b
FULL JOIN (
    SELECT p.merchant_id, m.currency, sum(m.amount) AS open
    FROM sluice.money_case m
    JOIN sluice.payment p ON p.id = m.run_id
    LEFT JOIN sluice.refund r ON r.id = m.refund_id
    WHERE m.kind = 'surplus' AND m.status = 'open'
        AND (r.id IS NULL OR r.status IN ('failed', 'returned'))
    GROUP BY p.merchant_id, m.currency
) c ON c.merchant_id = b.owner AND c.currency = b.currency
WHERE coalesce(b.balance, 0) <> coalesce(c.open, 0);
