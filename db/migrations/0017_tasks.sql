-- What runs ask people. A task has the id of its run's bucket.
CREATE TABLE sluice.task (
    id uuid PRIMARY KEY,
    run_id uuid NOT NULL,
    merchant_id text NOT NULL,
    service text NOT NULL CHECK (service IN ('payment', 'refund', 'payout', 'transfer')),
    kind text NOT NULL,
    title_en text NOT NULL,
    title_zh text NOT NULL,
    role text NOT NULL,
    needed smallint NOT NULL CHECK (needed > 0),
    -- The fields that voters fill in, as the engine writes them (engine/payment).
    form text NOT NULL,
    about_id uuid,
    currency text,
    amount bigint,
    status text NOT NULL DEFAULT 'open'
        CHECK (status IN ('open', 'approved', 'denied', 'expired', 'cancelled')),
    opened_at timestamptz NOT NULL,
    due_at timestamptz,
    escalates_at timestamptz,
    escalate_role text NOT NULL,
    escalated boolean NOT NULL DEFAULT false,
    decided_at timestamptz,
    -- What was approved; JSON.
    decided_values text NOT NULL DEFAULT 'null',
    CHECK ((status = 'open') = (decided_at IS NULL)),
    CHECK ((currency IS NULL) = (amount IS NULL))
) WITH (fillfactor = 80);
-- The work list of those who decide is short, the table is not.
CREATE INDEX task_open ON sluice.task (id) WHERE status = 'open';

-- One person, one vote.
CREATE TABLE sluice.task_vote (
    task_id uuid NOT NULL,
    actor text NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('approve', 'deny')),
    vote_values text NOT NULL,
    note text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (task_id, actor)
);

ALTER TABLE sluice.money_case ADD COLUMN resolved_at timestamptz;
