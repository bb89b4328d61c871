-- What an event is about stands in the row of its object, which does not change after its end.
ALTER TABLE sluice.event DROP COLUMN payload;

-- Instructions lie beside each other under their payment; one index finds them by both. By the id
-- alone they are found through the ids beside it, see functions/ids.sql.
ALTER TABLE sluice.instruction DROP CONSTRAINT instruction_pkey;
DROP INDEX sluice.instruction_payment;
ALTER TABLE sluice.instruction ADD PRIMARY KEY (payment_id, id);

-- The same law as before in one pass over the new lines: the lines of a journal arrive in one
-- statement, they are as many as the journal says, and they balance in each book and currency.
CREATE OR REPLACE FUNCTION sluice.check_entries() RETURNS trigger
LANGUAGE plpgsql
SET search_path = sluice, pg_temp
SET plan_cache_mode = force_generic_plan
-- The plan is made once, perhaps on an empty table, and must stay right on a large one.
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
    broken record;
BEGIN
    SELECT g.journal_id AS id, bool_and(g.total = 0) AS balances INTO broken
    FROM (
        SELECT f.journal_id, sum(f.side * f.amount) AS total, count(*) AS n,
            min(f.line) AS first, max(f.line) AS last
        FROM fresh f
        GROUP BY f.journal_id, f.book, f.currency
    ) g
    GROUP BY g.journal_id
    HAVING bool_or(g.total <> 0) OR min(g.first) <> 1 OR max(g.last) <> sum(g.n)
        OR sum(g.n) IS DISTINCT FROM (SELECT j.n_lines FROM journal j WHERE j.id = g.journal_id)
    LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF NOT broken.balances THEN
        RAISE EXCEPTION 'journal % does not balance', broken.id USING ERRCODE = 'SL002';
    END IF;
    RAISE EXCEPTION 'journal % does not have the lines it announces', broken.id
        USING ERRCODE = 'SL003';
END
$$;
