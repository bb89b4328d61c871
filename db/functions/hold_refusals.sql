-- Which activations of a batch cannot have their hold steps, taken one by one in order: a refused
-- activation gives back what its earlier steps took. Called by commit_batch with the balance rows
-- locked.
-- An internal instruction is the hold: it is open while the instruction is pending.
-- Another list of arguments makes another function: the one before must not stay beside it.
DROP FUNCTION IF EXISTS sluice.hold_refusals(
    integer[], integer[], integer[], text[], uuid[], uuid[], text[], bigint[]
);
CREATE OR REPLACE FUNCTION sluice.hold_refusals(
    already_refused integer[], r_run uuid[], h_i integer[], h_ordinal integer[], h_kind text[],
    h_id uuid[], h_account uuid[], h_currency text[], h_amount bigint[]
) RETURNS TABLE (activation integer, ordinal integer, reason text)
LANGUAGE plpgsql
SET search_path = sluice, pg_temp
AS $$
DECLARE
    refused integer[] := already_refused;
    taken jsonb := '{}';
    given jsonb := '{}';
    step record;
    why text;
    room bigint;
BEGIN
    FOR step IN
        SELECT h.i, h.ordinal, h.kind, h.id, h.account, h.amount, a.status, a.currency,
            h.currency AS wanted, b.sign * (b.dr - b.cr) - b.held - b.floor AS available,
            b.ceil - b.sign * (b.dr - b.cr) AS space,
            b.account_id AS kept, x.status <> 'pending' AS is_over
        FROM unnest(h_i, h_ordinal, h_kind, h_id, h_account, h_currency, h_amount)
            AS h (i, ordinal, kind, id, account, currency, amount)
        LEFT JOIN account a ON a.id = h.account
        LEFT JOIN balance b ON b.account_id = h.account
        LEFT JOIN instruction x ON x.run_id = r_run[h.i] AND x.id = h.id
        ORDER BY h.i, h.ordinal
    LOOP
        CONTINUE WHEN step.i = ANY (refused);
        room := step.available - coalesce((taken ->> step.account::text)::bigint, 0);
        why := CASE
            WHEN step.kept IS NULL THEN 'account_not_found'
            WHEN step.kind = 'release' THEN
                CASE WHEN step.is_over THEN 'hold_not_open' END
            -- What was taken from an account goes back to it whatever became of it.
            WHEN step.kind = 'restore' THEN NULL
            WHEN step.status <> 'open' THEN 'account_closed'
            WHEN step.currency <> step.wanted THEN 'currency_mismatch'
            WHEN step.kind IN ('hold', 'take') AND room < step.amount THEN 'insufficient_balance'
            WHEN step.kind = 'give' AND step.space
                - coalesce((given ->> step.account::text)::bigint, 0) < step.amount
                THEN 'over_limit'
            WHEN step.kind = 'capture' AND step.is_over
                THEN 'hold_not_open'
        END;
        IF why IS NOT NULL THEN
            refused := refused || step.i;
            SELECT coalesce(jsonb_object_agg(t.key, t.value::bigint - coalesce(g.amount, 0)), '{}')
            INTO taken
            FROM jsonb_each_text(taken) t
            LEFT JOIN (
                SELECT h.account::text AS account, sum(h.amount)::bigint AS amount
                FROM unnest(h_i, h_ordinal, h_kind, h_account, h_amount)
                    AS h (i, ordinal, kind, account, amount)
                WHERE h.i = step.i AND h.kind IN ('hold', 'take') AND h.ordinal < step.ordinal
                GROUP BY h.account
            ) g ON g.account = t.key;
            RETURN QUERY SELECT step.i, step.ordinal, why;
        ELSIF step.kind = 'give' THEN
            given := given || jsonb_build_object(
                step.account::text,
                coalesce((given ->> step.account::text)::bigint, 0) + step.amount
            );
        ELSIF step.kind IN ('hold', 'take') THEN
            taken := taken || jsonb_build_object(
                step.account::text,
                coalesce((taken ->> step.account::text)::bigint, 0) + step.amount
            );
        END IF;
    END LOOP;
END
$$;
