-- What a batch wants of what may go back, and what there is of it: of an order what was paid and
-- not refunded, of a collected instruction what was not given back and how many refunds its
-- channel still takes (parts_left, NULL: any number); of a sum that limits payouts what is left of
-- its limit. Below zero it makes room, though not for payouts: what makes it may yet be refused.
-- Without settings of its own it becomes part of the statements that use it.
CREATE OR REPLACE FUNCTION sluice.room_wishes(w jsonb)
RETURNS TABLE (
    i integer, ordinal integer, id uuid, amount bigint, room bigint, why text, parts integer,
    parts_left integer
)
LANGUAGE sql
STABLE
AS $$
    SELECT o.i, coalesce(o.ordinal, 0), o."order", o.amount,
        CASE WHEN x.credit_account IS NULL THEN coalesce(x.paid - x.refunded, 0) ELSE 0 END,
        CASE
            WHEN x.credit_account IS NULL THEN 'more_than_paid' ELSE 'top_up_not_refundable'
        END,
        0, NULL::integer
    FROM jsonb_to_recordset(w -> 'order_refunds') AS o (
        i integer, ordinal integer, "order" uuid, amount bigint
    )
    LEFT JOIN sluice.orders x ON x.id = o."order"
    UNION ALL
    SELECT c.i, c.ordinal, c.instruction, c.amount,
        -- Whether it has the money stands on the row when this batch has been written.
        coalesce(x.amount - x.refunded, 0), 'over_refunded',
        coalesce(sign(c.amount)::integer * c.parts, 0),
        CASE WHEN c.parts_max > 0 THEN c.parts_max - x.refund_parts END
    FROM jsonb_to_recordset(w -> 'claims') AS c (
        i integer, ordinal integer, run uuid, instruction uuid, amount bigint, parts integer,
        parts_max integer
    )
    LEFT JOIN sluice.instruction x ON x.run_id = c.run AND x.id = c.instruction
    UNION ALL
    SELECT l.i, l.ordinal,
        md5(concat_ws(chr(31), l.merchant, l.kind, l.about, l.currency, l.day))::uuid, l.amount,
        coalesce(l.most - coalesce(x.amount, 0), 9223372036854775807),
        CASE l.kind WHEN 'order' THEN 'over_compensation_limit' ELSE 'over_daily_limit' END,
        0, NULL::integer
    FROM jsonb_to_recordset(w -> 'limits') AS l (
        i integer, ordinal integer, merchant text, kind text, about text, currency text, day date,
        amount bigint, most bigint
    )
    LEFT JOIN sluice.payout_sum x ON x.merchant_id = l.merchant AND x.kind = l.kind
        AND x.about = l.about AND x.currency = l.currency AND x.day = l.day
$$;

-- Which activations want more than there is room for, taken one by one in order: a refused
-- activation gives back what its earlier wishes took. `rest` is what there would have been room
-- for. Called by service_refusals.
DROP FUNCTION IF EXISTS sluice.room_refusals(jsonb, integer[]);
CREATE FUNCTION sluice.room_refusals(w jsonb, already_refused integer[])
RETURNS TABLE (activation integer, ordinal integer, reason text, rest bigint)
LANGUAGE plpgsql
SET search_path = sluice, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
    wish record;
    taken bigint[] := '{}';
    parts_taken integer[] := '{}';
    -- What the activation that is looked at has taken so far.
    looked_at integer := 0;
    own_slots integer[];
    own_amounts bigint[];
    own_parts integer[];
    refused integer := 0;
    room bigint;
    places integer;
BEGIN
    PERFORM 1 FROM orders x
    WHERE x.id = ANY (ARRAY(
        SELECT o."order" FROM jsonb_to_recordset(w -> 'order_refunds') AS o ("order" uuid)
    ))
    ORDER BY x.id FOR NO KEY UPDATE;
    IF w ?| ARRAY['limits', 'uncounted'] THEN
        PERFORM lock_payout_sums(w, already_refused);
    END IF;
    -- Usually there is room for all: one look tells, and nothing is decided one by one.
    PERFORM 1
    FROM (
        SELECT x.amount, x.room, sum(x.amount) OVER so_far AS wanted,
            x.parts, x.parts_left, sum(x.parts) OVER so_far AS parts_wanted
        FROM room_wishes(w) x
        WHERE x.i <> ALL (already_refused)
        WINDOW so_far AS (
            PARTITION BY x.id ORDER BY x.i, x.ordinal ROWS UNBOUNDED PRECEDING
        )
    ) t
    WHERE (t.amount > 0 AND t.wanted > t.room) OR (t.parts > 0 AND t.parts_wanted > t.parts_left)
    LIMIT 1;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    FOR wish IN
        SELECT x.*, (dense_rank() OVER (ORDER BY x.id))::integer AS slot
        FROM room_wishes(w) x
        WHERE x.i <> ALL (already_refused)
        ORDER BY x.i, x.ordinal
    LOOP
        CONTINUE WHEN wish.i = refused;
        IF wish.i <> looked_at THEN
            looked_at := wish.i;
            own_slots := '{}';
            own_amounts := '{}';
            own_parts := '{}';
        END IF;
        room := wish.room - coalesce(taken[wish.slot], 0);
        places := wish.parts_left - coalesce(parts_taken[wish.slot], 0);
        IF wish.amount <= greatest(room, 0)
            AND (wish.parts <= 0 OR (places >= wish.parts) IS NOT FALSE)
        THEN
            taken[wish.slot] := coalesce(taken[wish.slot], 0) + wish.amount;
            parts_taken[wish.slot] := coalesce(parts_taken[wish.slot], 0) + wish.parts;
            own_slots := own_slots || wish.slot;
            own_amounts := own_amounts || wish.amount;
            own_parts := own_parts || wish.parts;
            CONTINUE;
        END IF;
        refused := wish.i;
        RETURN QUERY
            SELECT wish.i, wish.ordinal,
                CASE WHEN room >= wish.amount THEN 'too_many_parts' ELSE wish.why END,
                greatest(room, 0);
        FOR n IN 1 .. cardinality(own_slots) LOOP
            taken[own_slots[n]] := taken[own_slots[n]] - own_amounts[n];
            parts_taken[own_slots[n]] := parts_taken[own_slots[n]] - own_parts[n];
        END LOOP;
    END LOOP;
END
$$;
