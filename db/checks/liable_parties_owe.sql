-- What a party owes for what made orders good (1202 of merchant/party) is what was paid out of it:
-- all of a payout that succeeded, nothing of one that failed or came back.
SELECT coalesce(b.run_id, p.run_id) AS run_id, b.owner, b.balance, p.wanted, p.status
FROM (
    SELECT j.run_id, a.owner, sum(e.side * e.amount) AS balance
    FROM sluice.entry e
    JOIN sluice.journal j ON j.id = e.journal_id
    JOIN sluice.account a ON a.id = e.account_id
    WHERE a.gl = '1202' AND a.owner LIKE '%/%'
    GROUP BY j.run_id, a.owner
) b
FULL JOIN (
    SELECT x.id AS run_id, x.merchant_id || '/' || (x.details::jsonb ->> 'liable_party') AS owner,
        x.status, CASE WHEN x.status IN ('failed', 'returned') THEN 0 ELSE x.amount END AS wanted
    FROM sluice.payout x
    WHERE x.details::jsonb ? 'liable_party'
) p ON p.run_id = b.run_id AND p.owner = b.owner
-- One that is pending may wait for people, or have failed at every channel and not have ended.
WHERE coalesce(b.balance, 0) <> coalesce(p.wanted, 0)
    AND NOT coalesce(p.status = 'pending' AND coalesce(b.balance, 0) = 0, false);
