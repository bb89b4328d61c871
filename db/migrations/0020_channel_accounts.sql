-- Channel accounts: what an operator configures, version by version, their secrets sealed.

CREATE TABLE sluice.channel_account (
    id uuid PRIMARY KEY,
    channel text NOT NULL,
    name text NOT NULL,
    -- Whose money alone goes over it; empty: everybody's.
    merchant_id text NOT NULL,
    state text NOT NULL CHECK (state IN ('draft', 'live', 'paused', 'retired')),
    version integer NOT NULL CHECK (version > 0),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (channel, name)
);

-- What is no secret, as the channel module writes it. A version is never changed.
CREATE TABLE sluice.channel_account_version (
    account_id uuid NOT NULL REFERENCES sluice.channel_account,
    version integer NOT NULL,
    settings jsonb NOT NULL,
    PRIMARY KEY (account_id, version)
);

-- Sealed under the master key that the text names, for this account, version and name alone. It is
-- only ever sealed again, under another key.
CREATE TABLE sluice.channel_secret (
    account_id uuid NOT NULL,
    version integer NOT NULL,
    name text NOT NULL,
    sealed text NOT NULL,
    key_id text NOT NULL GENERATED ALWAYS AS (split_part(sealed, '.', 2)) STORED,
    fingerprint text NOT NULL,
    PRIMARY KEY (account_id, version, name),
    FOREIGN KEY (account_id, version) REFERENCES sluice.channel_account_version,
    CONSTRAINT channel_secret_is_sealed CHECK (sealed LIKE 's1.________________.%')
);

-- Who did what when. The revision is the same for all accounts: nodes ask for it and read again
-- when it is another.
CREATE TABLE sluice.channel_account_change (
    revision bigint PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES sluice.channel_account,
    version integer NOT NULL,
    state text NOT NULL,
    at timestamptz NOT NULL,
    made_by text NOT NULL
);
CREATE INDEX channel_account_change_account ON sluice.channel_account_change (account_id);
CREATE TABLE sluice.channel_account_mark (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    revision bigint NOT NULL
) WITH (fillfactor = 50);
INSERT INTO sluice.channel_account_mark (revision) VALUES (0);

-- A secret of an endpoint is sealed as well. Nothing was released before this.
ALTER TABLE sluice.webhook_endpoint
    ADD CONSTRAINT webhook_secret_is_sealed CHECK (secret LIKE 's1.________________.%') NOT VALID;
