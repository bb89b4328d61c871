-- What the activations of a batch that are not refused do to the accounts: of each its id and its
-- five sums, and of each entry the slot of its account and its turn there (commit_batch.sql). All
-- NULL when nothing is left. Called by commit_batch when activations were refused.
CREATE OR REPLACE FUNCTION sluice.moves_left(
    refused integer[], b_id uuid[], h_i integer[], h_kind text[], h_account uuid[],
    h_amount bigint[], e_j integer[], e_line integer[], e_slot integer[], l_amount bigint[],
    j_first integer[], j_i integer[],
    OUT id uuid[], OUT sums bigint[], OUT slot integer[], OUT turn integer[]
)
LANGUAGE plpgsql
SET search_path = sluice, pg_temp
AS $$
BEGIN
    SELECT array_agg(w.account), array_agg(w.sums)
    INTO id, sums
    FROM (
        SELECT d.account, ARRAY[
                sum(d.asked), sum(d.held), sum(d.dr), sum(d.cr), sum(d.n)
            ]::bigint[] AS sums
        FROM (
            SELECT h.account,
                CASE WHEN h.kind IN ('hold', 'take') THEN h.amount ELSE 0 END AS asked,
                CASE
                    WHEN h.kind = 'hold' THEN h.amount
                    WHEN h.kind IN ('capture', 'release') THEN -h.amount
                    ELSE 0
                END AS held,
                0::bigint AS dr, 0::bigint AS cr, 0 AS n
            FROM unnest(h_i, h_kind, h_account, h_amount) AS h (i, kind, account, amount)
            WHERE h.i <> ALL (refused)
            UNION ALL
            SELECT b_id[e.slot], 0, 0, greatest(e.amount, 0), greatest(-e.amount, 0), 1
            FROM (
                SELECT t.slot, l_amount[j_first[t.j] + t.line - 1] AS amount
                FROM unnest(e_j, e_line, e_slot) AS t (j, line, slot)
                WHERE j_i[t.j] <> ALL (refused)
            ) e
        ) d
        GROUP BY d.account
    ) w;
    -- One list of numbers instead of a list for each account.
    SELECT array_agg(s.amount ORDER BY s.n) INTO sums
    FROM unnest(sums) WITH ORDINALITY AS s (amount, n);
    SELECT array_agg(w.slot ORDER BY w.n), array_agg(w.turn ORDER BY w.n)
    INTO slot, turn
    FROM (
        SELECT e.n, array_position(id, b_id[e.slot]) AS slot,
            count(*) FILTER (WHERE j_i[e.j] <> ALL (refused))
                OVER (PARTITION BY e.slot ORDER BY e.n)::integer AS turn
        FROM unnest(e_j, e_slot) WITH ORDINALITY AS e (j, slot, n)
    ) w;
END
$$;
