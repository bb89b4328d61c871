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

-- refunds: of a surplus, how many were begun to give it back. One that failed or came back is
-- followed by another a day later.
ALTER TABLE sluice.money_case
    ADD COLUMN refunds integer NOT NULL DEFAULT 0 CHECK (refunds >= 0);
UPDATE sluice.money_case SET refunds = 1 WHERE refund_id IS NOT NULL;
DROP INDEX sluice.money_case_unrefunded;
CREATE INDEX money_case_unrefunded ON sluice.money_case (id)
    WHERE kind = 'surplus' AND status = 'open';
