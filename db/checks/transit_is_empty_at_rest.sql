-- A run that is over leaves nothing on the way: nothing held for an order (2201), owed back (2202)
-- or about to be paid out (2203), unless an open case tells of it.
SELECT j.run_id, a.gl, sum(e.side * e.amount) AS left_there
FROM sluice.entry e
JOIN sluice.journal j ON j.id = e.journal_id
JOIN sluice.account a ON a.id = e.account_id
WHERE a.gl IN ('2201', '2202', '2203') AND j.run_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM sluice.flow_run f WHERE f.run_id = j.run_id)
    AND NOT EXISTS (
        SELECT 1 FROM sluice.money_case c WHERE c.run_id = j.run_id AND c.status = 'open'
    )
GROUP BY j.run_id, a.gl
HAVING sum(e.side * e.amount) <> 0;
