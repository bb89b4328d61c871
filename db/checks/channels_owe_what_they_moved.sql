-- Run by run, 1101 and 1103 are what the channels moved: collected, given back, paid out. What was
-- known not to have gone and went (paid_twice) is among it, also when people have settled it; what
-- came back is not, nor what a bank of ours paid. What a channel took for a payout (5001) left 1103
-- too and is not counted.
SELECT coalesce(b.run_id, m.run_id) AS run_id, coalesce(b.gl, m.gl) AS gl, b.booked, m.moved
FROM (
    SELECT j.run_id, CASE a.gl WHEN '5001' THEN '1103' ELSE a.gl END AS gl,
        sum(e.side * e.amount) AS booked
    FROM sluice.entry e
    JOIN sluice.journal j ON j.id = e.journal_id
    JOIN sluice.account a ON a.id = e.account_id
    WHERE a.gl IN ('1101', '1103', '5001') AND j.run_id IS NOT NULL
    GROUP BY 1, 2
) b
FULL JOIN (
    SELECT run_id, CASE purpose WHEN 'payout' THEN '1103' ELSE '1101' END AS gl,
        sum(CASE purpose WHEN 'collect' THEN amount ELSE -amount END) AS moved
    FROM sluice.instruction
    WHERE kind = 'external' AND channel <> 'own_bank' AND (
        status IN ('succeeded', 'surplus')
        OR outcome_code IN ('paid_twice', 'paid_twice_settled')
    )
    GROUP BY 1, 2
) m ON m.run_id = b.run_id AND m.gl = b.gl
WHERE coalesce(b.booked, 0) <> coalesce(m.moved, 0);
