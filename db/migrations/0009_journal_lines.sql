-- A journal carries its lines. As rows of another table they needed a trigger that added them up;
-- in the row itself they are a row-local CHECK, which holds on every way in, also where triggers
-- are switched off, and a journal without its lines cannot exist.

DO $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM sluice.entry
        GROUP BY journal_id HAVING min(book) <> max(book) OR min(currency) <> max(currency)
    ) THEN
        RAISE EXCEPTION 'a journal has lines in several books or currencies: split it first';
    END IF;
    IF EXISTS (
        SELECT 1 FROM sluice.journal j
        WHERE NOT EXISTS (SELECT 1 FROM sluice.entry e WHERE e.journal_id = j.id)
    ) THEN
        RAISE EXCEPTION 'a journal has no lines: db/checks/journals_have_their_lines.sql names it';
    END IF;
END
$$;

-- Neither zero nor beyond what an amount may be, and zero together. A thousand lines of the
-- largest amount still fit the sum.
CREATE FUNCTION sluice.lines_balance(amounts bigint[]) RETURNS boolean
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
AS $$
DECLARE
    amount bigint;
    total bigint := 0;
BEGIN
    IF (0 = ANY (amounts) OR 9000000000000000 < ANY (amounts) OR -9000000000000000 > ANY (amounts))
        IS NOT FALSE
    THEN
        RETURN false;
    END IF;
    FOREACH amount IN ARRAY amounts LOOP
        total := total + amount;
    END LOOP;
    RETURN total = 0;
END
$$;

-- accounts and amounts are parallel; a debit is above zero, a credit below. One book and one
-- currency: what moves between two of them is two journals.
ALTER TABLE sluice.journal
    ADD COLUMN book smallint,
    ADD COLUMN currency text,
    ADD COLUMN accounts uuid[],
    ADD COLUMN amounts bigint[];
ALTER TABLE sluice.journal DISABLE TRIGGER journal_stays;
UPDATE sluice.journal j SET
    book = e.book, currency = e.currency, accounts = e.accounts, amounts = e.amounts
FROM (
    SELECT journal_id, min(book) AS book, min(currency) AS currency,
        array_agg(account_id ORDER BY line) AS accounts,
        array_agg(side * amount ORDER BY line) AS amounts
    FROM sluice.entry
    GROUP BY journal_id
) e
WHERE j.id = e.journal_id;
ALTER TABLE sluice.journal
    ALTER COLUMN book SET NOT NULL,
    ALTER COLUMN currency SET NOT NULL,
    ALTER COLUMN accounts SET NOT NULL,
    ALTER COLUMN amounts SET NOT NULL,
    DROP COLUMN n_lines,
    ADD CONSTRAINT journal_has_lines CHECK (
        cardinality(amounts) BETWEEN 2 AND 1000 AND cardinality(accounts) = cardinality(amounts)
        AND array_position(accounts, NULL) IS NULL
    ),
    ADD CONSTRAINT journal_balances CHECK (sluice.lines_balance(amounts));
ALTER TABLE sluice.journal ENABLE ALWAYS TRIGGER journal_stays;

-- The statement of an inline account: which line of which journal is its first, second, third
-- entry. A gap is a deleted row. Deferred accounts have none: they are written by every payment
-- and read by order.
CREATE TABLE sluice.account_entry (
    account_id uuid NOT NULL,
    number bigint NOT NULL CHECK (number > 0),
    journal_id uuid NOT NULL,
    line smallint NOT NULL,
    PRIMARY KEY (account_id, number)
);
INSERT INTO sluice.account_entry (account_id, number, journal_id, line)
SELECT account_id, acct_seq, journal_id, line FROM sluice.entry WHERE acct_seq IS NOT NULL;
CREATE TRIGGER account_entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON sluice.account_entry
    FOR EACH STATEMENT EXECUTE FUNCTION sluice.refuse_change();
ALTER TABLE sluice.account_entry ENABLE ALWAYS TRIGGER account_entry_stays;

DROP TABLE sluice.entry;
DROP FUNCTION sluice.check_entries();
DROP FUNCTION IF EXISTS sluice.insert_entries(uuid, uuid[], smallint[], bigint[]);
-- The lines as rows, for whoever reads the books.
CREATE VIEW sluice.entry AS
SELECT j.id AS journal_id, l.line::smallint AS line, l.account_id, j.book, j.currency,
    sign(l.amount)::smallint AS side, abs(l.amount) AS amount
FROM sluice.journal j
CROSS JOIN LATERAL unnest(j.accounts, j.amounts) WITH ORDINALITY AS l (account_id, amount, line);

-- What a posting must know of an inline account stands on the row that it locks.
ALTER TABLE sluice.balance
    ADD COLUMN currency text,
    ADD COLUMN open boolean NOT NULL DEFAULT true;
UPDATE sluice.balance b SET currency = a.currency, open = a.status = 'open'
FROM sluice.account a
WHERE a.id = b.account_id;
ALTER TABLE sluice.balance ALTER COLUMN currency SET NOT NULL;
