-- Keys that callers put on their requests: the same key with the same body is the same request. A
-- row is written in the transaction that makes the object it names.
CREATE TABLE sluice.idempotency_key (
    merchant_id text NOT NULL,
    key text NOT NULL,
    request_hash uuid NOT NULL,
    object_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (merchant_id, key)
);
