-- Balances of deferred accounts, kept as a sum of what is old and read as that sum and the entries
-- since. What is old is told by the transaction that posted: numbers and times are given out in
-- another order than commits happen, but a transaction below every running one is surely over.
ALTER TABLE sluice.journal ADD COLUMN xid bigint NOT NULL
    DEFAULT pg_current_xact_id()::text::bigint;
-- The table only grows, so a few bytes a range of pages find the young end of it.
CREATE INDEX journal_xid ON sluice.journal USING brin (xid)
    WITH (pages_per_range = 16, autosummarize = on);

CREATE TABLE sluice.folded_balance (
    account_id uuid PRIMARY KEY,
    dr numeric NOT NULL CHECK (dr >= 0),
    cr numeric NOT NULL CHECK (cr >= 0)
) WITH (fillfactor = 50);

-- One row: the journals of transactions below it are in folded_balance, no other is.
CREATE TABLE sluice.fold_mark (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    below bigint NOT NULL
);
INSERT INTO sluice.fold_mark (below) VALUES (pg_current_xact_id()::text::bigint);
