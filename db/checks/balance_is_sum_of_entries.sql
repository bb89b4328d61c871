-- Each balance row equals the sum of its account's entries.
SELECT b.account_id, b.dr, coalesce(e.dr, 0) AS entries_dr, b.cr, coalesce(e.cr, 0) AS entries_cr
FROM sluice.balance b
LEFT JOIN (
    SELECT account_id, sum(amount) FILTER (WHERE side = 1) AS dr,
        sum(amount) FILTER (WHERE side = -1) AS cr
    FROM sluice.entry
    GROUP BY account_id
) e ON e.account_id = b.account_id
WHERE b.dr <> coalesce(e.dr, 0) OR b.cr <> coalesce(e.cr, 0);
