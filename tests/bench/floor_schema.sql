-- The row work of the reference job without an engine: what the database alone can do.
-- Accounts: 1-100 merchants, 201-205 channel clearing, 1001-2000 prepaid cards.
-- The benchmark vacuums between its rows: autovacuum is off in its server.
DROP SCHEMA IF EXISTS floor CASCADE;
CREATE SCHEMA floor;

CREATE TABLE floor.account (
    account_id bigint PRIMARY KEY,
    balance bigint NOT NULL,
    version bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

CREATE TABLE floor.orders (
    order_number text PRIMARY KEY,
    merchant_id bigint NOT NULL,
    card_id bigint NOT NULL,
    amount bigint NOT NULL,
    card_amount bigint NOT NULL,
    channel_amount bigint NOT NULL,
    status smallint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);

CREATE TABLE floor.run (
    run_number text PRIMARY KEY,
    flow text NOT NULL,
    stage smallint NOT NULL DEFAULT 0,
    state smallint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE floor.instruction (
    order_number text NOT NULL,
    leg smallint NOT NULL,
    channel smallint NOT NULL,
    amount bigint NOT NULL,
    state smallint NOT NULL DEFAULT 0,
    channel_reference text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (order_number, leg)
) WITH (fillfactor = 80);

CREATE TABLE floor.entry (
    order_number text NOT NULL,
    line smallint NOT NULL,
    account_id bigint NOT NULL,
    amount bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (order_number, line)
);

CREATE TABLE floor.event (
    event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_number text NOT NULL,
    kind text NOT NULL,
    body text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO floor.account
SELECT n, CASE WHEN n > 1000 THEN 1000000000000000 ELSE 0 END
FROM generate_series(1, 2000) n
WHERE n <= 100 OR n BETWEEN 201 AND 205 OR n > 1000;
VACUUM ANALYZE floor.account;
