-- Payouts that make an order good, many payouts in one request, and orders that top an account up.

-- The order that a payout makes good, beside what was collected for it: never a refund of it.
ALTER TABLE sluice.payout ADD COLUMN order_id uuid;
CREATE INDEX payout_order ON sluice.payout (order_id) WHERE order_id IS NOT NULL;

-- Of a top-up: the account that gets what is paid, and the code of the chart it is kept under.
ALTER TABLE sluice.orders
    ADD COLUMN credit_account uuid,
    ADD COLUMN credit_gl text,
    ADD CONSTRAINT orders_credit_is_whole CHECK ((credit_account IS NULL) = (credit_gl IS NULL));

-- One request with many payouts. All of them carry the bucket of their batch.
CREATE TABLE sluice.payout_batch (
    id uuid PRIMARY KEY,
    merchant_id text NOT NULL,
    merchant_number text NOT NULL,
    lines integer NOT NULL CHECK (lines > 0),
    currency text NOT NULL,
    total bigint NOT NULL CHECK (total > 0),
    request_hash uuid NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (merchant_id, merchant_number)
);

-- A line is as it was asked for; its payout has the same number and the same hash. A line with a
-- problem has none.
CREATE TABLE sluice.payout_batch_line (
    batch_id uuid NOT NULL,
    line integer NOT NULL CHECK (line > 0),
    merchant_number text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    request_hash uuid NOT NULL,
    problem_code text NOT NULL,
    problem_message text NOT NULL,
    PRIMARY KEY (batch_id, line)
) WITH (fillfactor = 80);
