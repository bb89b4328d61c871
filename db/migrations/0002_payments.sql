-- Orders, payments, instructions, and the durable state of runs. Statuses are text as the API tells
-- them. Ids are 128 bits, time-ordered; byte 6 is the bucket.

CREATE TABLE sluice.orders (
    id uuid PRIMARY KEY,
    merchant_id text NOT NULL,
    merchant_order_number text NOT NULL,
    product_code text NOT NULL,
    description text NOT NULL,
    currency text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    paid bigint NOT NULL DEFAULT 0,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'paid', 'closed')),
    request_hash uuid NOT NULL,
    active_payment uuid,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    UNIQUE (merchant_id, merchant_order_number),
    -- Collecting more than the order owes is refused whatever asks for it.
    CONSTRAINT orders_never_overpaid CHECK (paid >= 0 AND paid <= amount)
) WITH (fillfactor = 70);

CREATE TABLE sluice.payment (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL,
    merchant_id text NOT NULL,
    flow text NOT NULL,
    currency text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    legs text NOT NULL,
    status text NOT NULL DEFAULT 'pending'
        CHECK (status IN ('pending', 'compensating', 'succeeded', 'failed', 'closed')),
    stage text NOT NULL DEFAULT '',
    failure_code text NOT NULL DEFAULT '',
    failure_message text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX payment_order ON sluice.payment (order_id);

CREATE TABLE sluice.instruction (
    id uuid PRIMARY KEY,
    payment_id uuid NOT NULL,
    leg smallint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('internal', 'external')),
    channel text NOT NULL,
    channel_account text NOT NULL,
    scene text NOT NULL,
    account_id uuid,
    currency text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    status text NOT NULL CHECK (status IN (
        'created', 'pending', 'unknown', 'succeeded', 'refused', 'closed', 'released', 'conflicted'
    )),
    merchant text NOT NULL,
    channel_reference text NOT NULL DEFAULT '',
    outcome_code text NOT NULL DEFAULT '',
    outcome_message text NOT NULL DEFAULT '',
    next_action text NOT NULL DEFAULT 'null',
    created_at timestamptz NOT NULL,
    expires_at timestamptz
) WITH (fillfactor = 70);
CREATE INDEX instruction_payment ON sluice.instruction (payment_id);

-- Live runs only: a finished run leaves in the batch that finishes it. Nothing that changes is
-- indexed, so updates stay within the page.
CREATE TABLE sluice.flow_run (
    bucket smallint NOT NULL,
    run_id uuid NOT NULL,
    seq integer NOT NULL,
    state text NOT NULL CHECK (state IN ('live', 'quarantined')),
    wake_at timestamptz,
    pending integer NOT NULL,
    release_id uuid NOT NULL,
    PRIMARY KEY (bucket, run_id)
) WITH (fillfactor = 50);

-- One row an activation: what came in, what was decided, what was asked for.
CREATE TABLE sluice.flow_journal (
    run_id uuid NOT NULL,
    seq integer NOT NULL,
    at timestamptz NOT NULL,
    body text NOT NULL,
    effects_hash uuid NOT NULL,
    PRIMARY KEY (run_id, seq)
);
ALTER TABLE sluice.flow_journal ALTER COLUMN body SET COMPRESSION lz4;

-- What a channel said after the run had ended, or while it is quarantined. Evidence only.
CREATE TABLE sluice.late_fact (
    instruction_id uuid NOT NULL,
    body_hash uuid NOT NULL,
    body text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (instruction_id, body_hash)
);

-- Why a run was parked; one row a time it happened.
CREATE TABLE sluice.quarantine (
    run_id uuid NOT NULL,
    at timestamptz NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (run_id, at)
);

CREATE TABLE sluice.event (
    id uuid PRIMARY KEY,
    type text NOT NULL,
    object_id uuid NOT NULL,
    payload text NOT NULL,
    created_at timestamptz NOT NULL
);

-- Money that a person must look at.
CREATE TABLE sluice.money_case (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    payment_id uuid NOT NULL,
    instruction_id uuid,
    currency text NOT NULL,
    amount bigint NOT NULL,
    detail text NOT NULL,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed')),
    opened_at timestamptz NOT NULL
);

-- A release is the set of all scripts, addressed by its content.
CREATE TABLE sluice.release (
    id uuid PRIMARY KEY,
    files text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE sluice.node (
    id uuid PRIMARY KEY,
    address text NOT NULL,
    workers integer NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now()
);

-- Who writes which bucket. A hint for forwarding: the advisory lock is the truth.
CREATE TABLE sluice.bucket_owner (
    bucket smallint PRIMARY KEY,
    node_id uuid NOT NULL,
    address text NOT NULL,
    since timestamptz NOT NULL DEFAULT now()
);
