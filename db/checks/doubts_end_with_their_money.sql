-- A case about money of which nobody tells what became of it is open only while that is so, and
-- while its run asks.
SELECT c.id, c.run_id, c.instruction_id, i.status
FROM sluice.money_case c
LEFT JOIN sluice.instruction i ON i.run_id = c.run_id AND i.id = c.instruction_id
WHERE c.kind = 'needs_operator' AND c.status = 'open'
    AND (i.status IS NULL OR i.status NOT IN ('created', 'pending', 'unknown')
        OR NOT EXISTS (SELECT 1 FROM sluice.flow_run f WHERE f.run_id = c.run_id));
