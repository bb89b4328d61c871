-- Exceptions of money end by people.

-- Whom a vote names as a payee: sealed members as the engine writes them (engine/app), for the run
-- of the task. The values have marks and a fingerprint only.
ALTER TABLE sluice.task_vote
    ADD COLUMN payee text CHECK (payee LIKE '%"sealed":"s1.%');
-- What is sealed again under another key: few of many.
CREATE INDEX task_vote_payee ON sluice.task_vote (task_id) WHERE payee IS NOT NULL;

-- case_id: the case that its decision closes, of tasks that outlive their run.
ALTER TABLE sluice.task
    ADD COLUMN case_id uuid;
CREATE INDEX task_open_run ON sluice.task (run_id) WHERE status = 'open';
