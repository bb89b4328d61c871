-- Refunds, payouts and transfers beside payments.

-- What went back of an order and of each instruction that collected for it. The caps hold on the
-- row they cap, whoever asks.
ALTER TABLE sluice.orders
    ADD COLUMN refunded bigint NOT NULL DEFAULT 0,
    ADD CONSTRAINT orders_never_overrefunded CHECK (refunded >= 0 AND refunded <= paid);
ALTER TABLE sluice.instruction RENAME COLUMN payment_id TO run_id;
ALTER TABLE sluice.instruction
    DROP CONSTRAINT instruction_status_check,
    ADD CONSTRAINT instruction_status_check CHECK (status IN (
        'created', 'pending', 'unknown', 'succeeded', 'refused', 'closed', 'released', 'conflicted',
        'returned'
    )),
    ADD COLUMN purpose text NOT NULL DEFAULT 'collect'
        CHECK (purpose IN ('collect', 'refund', 'payout')),
    -- Of a refund: the instruction whose money goes back.
    ADD COLUMN original_id uuid,
    ADD COLUMN refunded bigint NOT NULL DEFAULT 0,
    ADD CONSTRAINT instruction_never_overrefunded CHECK (refunded >= 0 AND refunded <= amount),
    ADD CONSTRAINT instruction_refunds_what_came CHECK (
        refunded = 0 OR (purpose = 'collect' AND status IN ('succeeded', 'returned'))
    );
ALTER TABLE sluice.payment
    DROP CONSTRAINT payment_status_check,
    ADD CONSTRAINT payment_status_check CHECK (status IN (
        'pending', 'compensating', 'succeeded', 'failed', 'closed', 'surplus'
    ));
ALTER TABLE sluice.money_case RENAME COLUMN payment_id TO run_id;

-- What only one service knows stands in details, as the engine writes it (engine/payment).
CREATE TABLE sluice.refund (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL,
    merchant_id text NOT NULL,
    merchant_number text NOT NULL,
    flow text NOT NULL,
    currency text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    details text NOT NULL,
    request_hash uuid NOT NULL,
    status text NOT NULL CHECK (status IN ('pending', 'succeeded', 'failed', 'returned')),
    stage text NOT NULL,
    failure_code text NOT NULL,
    failure_message text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (merchant_id, merchant_number)
) WITH (fillfactor = 50);
CREATE INDEX refund_order ON sluice.refund (order_id);

CREATE TABLE sluice.payout (
    id uuid PRIMARY KEY,
    merchant_id text NOT NULL,
    merchant_number text NOT NULL,
    flow text NOT NULL,
    currency text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    details text NOT NULL,
    request_hash uuid NOT NULL,
    status text NOT NULL CHECK (status IN ('pending', 'succeeded', 'failed', 'returned')),
    stage text NOT NULL,
    failure_code text NOT NULL,
    failure_message text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (merchant_id, merchant_number)
) WITH (fillfactor = 50);

CREATE TABLE sluice.transfer (
    id uuid PRIMARY KEY,
    merchant_id text NOT NULL,
    merchant_number text NOT NULL,
    flow text NOT NULL,
    currency text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    details text NOT NULL,
    request_hash uuid NOT NULL,
    status text NOT NULL CHECK (status IN ('pending', 'succeeded', 'failed')),
    stage text NOT NULL,
    failure_code text NOT NULL,
    failure_message text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (merchant_id, merchant_number)
) WITH (fillfactor = 50);
