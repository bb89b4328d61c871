-- Whatever has not ended has a run that will end it, and nothing else has one; no instruction is
-- open when its run is over.
SELECT s.id, s.status::text, f.state::text AS run
FROM (
    SELECT id, status::text FROM sluice.payment
    UNION ALL
    SELECT id, status::text FROM sluice.refund
    UNION ALL
    SELECT id, status::text FROM sluice.payout
    UNION ALL
    SELECT id, status::text FROM sluice.transfer
) s
FULL JOIN sluice.flow_run f ON f.run_id = s.id
WHERE (s.status IN ('pending', 'compensating')) IS DISTINCT FROM (f.run_id IS NOT NULL)
UNION ALL
SELECT i.id, i.status::text, NULL
FROM sluice.instruction i
WHERE i.status IN ('created', 'pending', 'unknown')
    AND NOT EXISTS (SELECT 1 FROM sluice.flow_run f WHERE f.run_id = i.run_id);
