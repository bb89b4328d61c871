-- Each folded balance is the sum of the entries of its deferred account up to the mark, and none is
-- missing.
SELECT coalesce(f.account_id, s.account_id) AS account_id, f.dr, s.dr AS entries_dr, f.cr,
    s.cr AS entries_cr
FROM sluice.folded_balance f
FULL JOIN (
    SELECT e.account_id, coalesce(sum(e.amount) FILTER (WHERE e.side = 1), 0) AS dr,
        coalesce(sum(e.amount) FILTER (WHERE e.side = -1), 0) AS cr
    FROM sluice.entry e
    JOIN sluice.journal j ON j.id = e.journal_id
    WHERE NOT EXISTS (SELECT 1 FROM sluice.balance b WHERE b.account_id = e.account_id)
        AND j.xid < (SELECT m.below FROM sluice.fold_mark m)
    GROUP BY e.account_id
) s ON s.account_id = f.account_id
WHERE f.dr IS DISTINCT FROM s.dr OR f.cr IS DISTINCT FROM s.cr;
