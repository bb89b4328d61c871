-- What stands on 1202 of a merchant equals the money of his open cases of what was paid twice and
-- has not come back. What a party owes has an account of its own (liable_parties_owe.sql).
SELECT coalesce(b.owner, c.merchant_id) AS merchant, coalesce(b.currency, c.currency) AS currency,
    b.balance, c.open
FROM (
    SELECT a.owner, a.currency, sum(e.side * e.amount) AS balance
    FROM sluice.entry e
    JOIN sluice.account a ON a.id = e.account_id
    WHERE a.gl = '1202' AND a.owner NOT LIKE '%/%'
    GROUP BY a.owner, a.currency
) b
FULL JOIN (
    SELECT s.merchant_id, m.currency, sum(m.amount) AS open
    FROM sluice.money_case m
    JOIN sluice.instruction i ON i.run_id = m.run_id AND i.id = m.instruction_id
    JOIN (
        SELECT id, merchant_id FROM sluice.payment
        UNION ALL SELECT id, merchant_id FROM sluice.refund
        UNION ALL SELECT id, merchant_id FROM sluice.payout
    ) s ON s.id = m.run_id
    WHERE m.kind = 'late_success' AND m.status = 'open' AND i.outcome_code = 'paid_twice'
    GROUP BY s.merchant_id, m.currency
) c ON c.merchant_id = b.owner AND c.currency = b.currency
WHERE coalesce(b.balance, 0) <> coalesce(c.open, 0);
