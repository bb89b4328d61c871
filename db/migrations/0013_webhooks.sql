-- What business systems are told, and whether they took it.

-- Events are handed out in the order of their transactions, as journals are folded: numbers and
-- times are given out in another order than commits happen, but a transaction below every running
-- one is surely over. The table only grows, so a few bytes a range of pages find its young end; the
-- payment path writes no entry of an ordinary index for it, and nothing for each row.
ALTER TABLE sluice.event ADD COLUMN xid bigint NOT NULL
    DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX event_xid ON sluice.event USING brin (xid)
    WITH (pages_per_range = 64, autosummarize = on);

-- One row: the events of transactions below it have their deliveries, no other has. No event is
-- older than `first`.
CREATE TABLE sluice.event_mark (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    below bigint NOT NULL,
    first bigint NOT NULL
) WITH (fillfactor = 50);
INSERT INTO sluice.event_mark (below, first)
VALUES (pg_current_xact_id()::text::bigint, pg_current_xact_id()::text::bigint);

-- Now and then, how far transactions had come: what was created later has a higher number.
CREATE TABLE sluice.event_time (
    at timestamptz PRIMARY KEY,
    xid bigint NOT NULL
);

-- A secret is kept as it is: every signature needs it. One that was replaced signs too until its
-- time is over. A deleted endpoint stays until its deliveries are gone.
CREATE TABLE sluice.webhook_endpoint (
    id uuid PRIMARY KEY,
    merchant_id text NOT NULL,
    url text NOT NULL,
    description text NOT NULL,
    filters text[] NOT NULL CHECK (cardinality(filters) > 0),
    enabled boolean NOT NULL,
    disabled_reason text NOT NULL DEFAULT '',
    secret text NOT NULL,
    old_secrets text[] NOT NULL DEFAULT '{}',
    old_until timestamptz[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    CHECK (cardinality(old_secrets) = cardinality(old_until))
);
CREATE INDEX webhook_endpoint_merchant ON sluice.webhook_endpoint (merchant_id);

-- One event on its way to one endpoint. The body is kept once an attempt has failed, so that every
-- further one says the same.
CREATE TABLE sluice.delivery (
    id uuid PRIMARY KEY,
    endpoint_id uuid NOT NULL,
    event_id uuid NOT NULL,
    status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'delivered', 'dead')),
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    body text,
    response_status integer,
    failure text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    CHECK ((status = 'pending') = (finished_at IS NULL))
) WITH (fillfactor = 80);
CREATE INDEX delivery_due ON sluice.delivery (endpoint_id, due_at, id) WHERE status = 'pending';
CREATE INDEX delivery_list ON sluice.delivery (endpoint_id, status, id);
CREATE INDEX delivery_finished ON sluice.delivery (status, finished_at) WHERE status <> 'pending';
