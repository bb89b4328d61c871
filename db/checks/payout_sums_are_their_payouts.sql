-- What limits payouts is the sum of the payouts that count: of each merchant and payee by day, and
-- of each order that was made good. What failed or came back does not count.
SELECT coalesce(s.merchant_id, p.merchant_id) AS merchant, coalesce(s.kind, p.kind) AS kind,
    coalesce(s.about, p.about) AS about, coalesce(s.day, p.day) AS day, s.amount, p.paid
FROM sluice.payout_sum s
FULL JOIN (
    SELECT x.merchant_id, k.kind, k.about, x.currency, k.day, sum(x.amount) AS paid
    FROM sluice.payout x
    CROSS JOIN LATERAL (VALUES
        ('merchant_day', '', x.counted_on),
        ('payee_day', nullif(x.details::jsonb ->> 'payee_key', ''), x.counted_on),
        ('order', x.order_id::text, 'infinity'::date)
    ) AS k (kind, about, day)
    WHERE x.counted_on IS NOT NULL AND k.about IS NOT NULL
    GROUP BY x.merchant_id, k.kind, k.about, x.currency, k.day
) p ON p.merchant_id = s.merchant_id AND p.kind = s.kind AND p.about = s.about
    AND p.currency = s.currency AND p.day = s.day
WHERE coalesce(s.amount, 0) <> coalesce(p.paid, 0)
UNION ALL
SELECT merchant_id, 'payout ' || id, status, counted_on, amount, NULL
FROM sluice.payout
WHERE counted_on IS NOT NULL AND status IN ('failed', 'returned');
