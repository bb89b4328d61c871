-- Signatures of requests that were taken, so that no node takes one twice. A row is needed until
-- good_until, when the signature is too old to be taken; whoever adds rows deletes old ones.
CREATE TABLE sluice.seen_signature (
    key_id text NOT NULL,
    nonce text NOT NULL,
    good_until timestamptz NOT NULL,
    PRIMARY KEY (key_id, nonce)
);
CREATE INDEX seen_signature_good_until ON sluice.seen_signature (good_until);
