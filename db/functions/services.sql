-- What a batch brings beside payments, as one document: few activations have any of it, and it
-- would be dozens of arrays. Its lists, each element with the number of its activation (i):
--   starts   refunds, payouts and transfers that begin (service, id, order, merchant, number, flow,
--            currency, amount, details, hash, status, stage, code, message)
--   changes  of refunds, payouts and transfers (service, id, status, stage, code, message)
--   order_refunds  what an order has refunded more, or less when it is below zero (order, amount)
--   claims   the same of a collected instruction (ordinal, run, instruction, amount)
--   cases    money that a person must look at (id, kind, instruction, amount, currency, detail)

-- Which activations cannot be, and why: one row each. Called by commit_batch before it writes.
CREATE OR REPLACE FUNCTION sluice.service_refusals(w jsonb, already_refused integer[])
RETURNS TABLE (activation integer, ordinal integer, reason text, other_id uuid, other_hash uuid)
LANGUAGE plpgsql
SET search_path = sluice, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
DECLARE
    refused integer[] := already_refused;
    taken jsonb := '{}';
    wish record;
    room bigint;
BEGIN
    FOR wish IN
        SELECT s.i, x.id, x.request_hash
        FROM jsonb_to_recordset(w -> 'starts') AS s (
            i integer, service text, merchant text, number text
        )
        CROSS JOIN LATERAL (
            SELECT r.id, r.request_hash FROM refund r
            WHERE s.service = 'refund' AND r.merchant_id = s.merchant
                AND r.merchant_number = s.number
            UNION ALL
            SELECT p.id, p.request_hash FROM payout p
            WHERE s.service = 'payout' AND p.merchant_id = s.merchant
                AND p.merchant_number = s.number
            UNION ALL
            SELECT t.id, t.request_hash FROM transfer t
            WHERE s.service = 'transfer' AND t.merchant_id = s.merchant
                AND t.merchant_number = s.number
        ) x
        WHERE s.i <> ALL (refused)
    LOOP
        refused := refused || wish.i;
        RETURN QUERY SELECT wish.i, 0, 'number_exists', wish.id, wish.request_hash;
    END LOOP;
    IF NOT (w ? 'order_refunds' OR w ? 'claims') THEN
        RETURN;
    END IF;
    PERFORM 1 FROM orders x
    WHERE x.id IN (
        SELECT o."order" FROM jsonb_to_recordset(w -> 'order_refunds') AS o ("order" uuid)
    )
    ORDER BY x.id FOR NO KEY UPDATE;
    -- One by one in order: a refused activation gives back the room that its earlier wishes took.
    FOR wish IN
        SELECT o.i, 0 AS ordinal, o."order"::text AS name, o.amount, x.paid - x.refunded AS room,
            'more_than_paid' AS why
        FROM jsonb_to_recordset(w -> 'order_refunds') AS o (
            i integer, "order" uuid, amount bigint
        )
        LEFT JOIN orders x ON x.id = o."order"
        WHERE o.amount > 0
        UNION ALL
        SELECT c.i, c.ordinal, c.instruction::text, c.amount,
            -- Whether it has the money stands on the row when this batch has been written.
            x.amount - x.refunded,
            'over_refunded'
        FROM jsonb_to_recordset(w -> 'claims') AS c (
            i integer, ordinal integer, run uuid, instruction uuid, amount bigint
        )
        LEFT JOIN instruction x ON x.run_id = c.run AND x.id = c.instruction
        WHERE c.amount > 0
        ORDER BY 1, 2
    LOOP
        CONTINUE WHEN wish.i = ANY (refused);
        room := coalesce(wish.room, 0) - coalesce((taken ->> wish.name)::bigint, 0);
        IF room >= wish.amount THEN
            taken := taken || jsonb_build_object(
                wish.name, coalesce((taken ->> wish.name)::bigint, 0) + wish.amount
            );
            CONTINUE;
        END IF;
        refused := refused || wish.i;
        RETURN QUERY SELECT wish.i, wish.ordinal, wish.why, NULL::uuid, NULL::uuid;
        SELECT coalesce(jsonb_object_agg(t.key, t.value::bigint - coalesce(g.amount, 0)), '{}')
        INTO taken
        FROM jsonb_each_text(taken) t
        LEFT JOIN (
            SELECT e.name, sum(e.amount)::bigint AS amount
            FROM (
                SELECT o."order"::text AS name, o.amount, 0 AS ordinal
                FROM jsonb_to_recordset(w -> 'order_refunds') AS o (
                    i integer, "order" uuid, amount bigint
                )
                WHERE o.i = wish.i AND o.amount > 0
                UNION ALL
                SELECT c.instruction::text, c.amount, c.ordinal
                FROM jsonb_to_recordset(w -> 'claims') AS c (
                    i integer, ordinal integer, instruction uuid, amount bigint
                )
                WHERE c.i = wish.i AND c.amount > 0
            ) e
            WHERE e.ordinal < wish.ordinal
            GROUP BY e.name
        ) g ON g.name = t.key;
    END LOOP;
END
$$;

-- Writes what was not refused. Called by commit_batch.
CREATE OR REPLACE FUNCTION sluice.write_services(
    w jsonb, refused integer[], r_run uuid[], r_at timestamptz[]
) RETURNS void
LANGUAGE plpgsql
SET search_path = sluice, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
DECLARE
    start record;
    change record;
BEGIN
    FOR start IN
        SELECT * FROM jsonb_to_recordset(w -> 'starts') AS s (
            i integer, service text, "order" uuid, merchant text, number text, flow text,
            currency text, amount bigint, details text, hash uuid, status text, stage text,
            code text, message text
        )
        WHERE s.i <> ALL (refused)
    LOOP
        IF start.service = 'refund' THEN
            INSERT INTO refund (
                id, order_id, merchant_id, merchant_number, flow, currency, amount, details,
                request_hash, status, stage, failure_code, failure_message, created_at, updated_at
            ) VALUES (
                r_run[start.i], start."order", start.merchant, start.number, start.flow,
                start.currency, start.amount, start.details, start.hash, start.status,
                start.stage, start.code, start.message, r_at[start.i], r_at[start.i]
            );
        ELSIF start.service = 'payout' THEN
            INSERT INTO payout (
                id, merchant_id, merchant_number, flow, currency, amount, details,
                request_hash, status, stage, failure_code, failure_message, created_at, updated_at
            ) VALUES (
                r_run[start.i], start.merchant, start.number, start.flow, start.currency,
                start.amount, start.details, start.hash, start.status, start.stage, start.code,
                start.message, r_at[start.i], r_at[start.i]
            );
        ELSE
            INSERT INTO transfer (
                id, merchant_id, merchant_number, flow, currency, amount, details,
                request_hash, status, stage, failure_code, failure_message, created_at, updated_at
            ) VALUES (
                r_run[start.i], start.merchant, start.number, start.flow, start.currency,
                start.amount, start.details, start.hash, start.status, start.stage, start.code,
                start.message, r_at[start.i], r_at[start.i]
            );
        END IF;
    END LOOP;
    FOR change IN
        SELECT * FROM jsonb_to_recordset(w -> 'changes') AS c (
            i integer, service text, status text, stage text, code text, message text
        )
        WHERE c.i <> ALL (refused)
    LOOP
        IF change.service = 'refund' THEN
            UPDATE refund SET status = change.status, stage = change.stage,
                failure_code = change.code, failure_message = change.message,
                updated_at = r_at[change.i]
            WHERE id = r_run[change.i];
        ELSIF change.service = 'payout' THEN
            UPDATE payout SET status = change.status, stage = change.stage,
                failure_code = change.code, failure_message = change.message,
                updated_at = r_at[change.i]
            WHERE id = r_run[change.i];
        ELSE
            UPDATE transfer SET status = change.status, stage = change.stage,
                failure_code = change.code, failure_message = change.message,
                updated_at = r_at[change.i]
            WHERE id = r_run[change.i];
        END IF;
    END LOOP;
    UPDATE orders x SET refunded = x.refunded + t.amount
    FROM (
        SELECT o."order", sum(o.amount)::bigint AS amount
        FROM jsonb_to_recordset(w -> 'order_refunds') AS o (
            i integer, "order" uuid, amount bigint
        )
        WHERE o.i <> ALL (refused)
        GROUP BY o."order"
    ) t
    WHERE x.id = t."order";
    UPDATE instruction x SET refunded = x.refunded + t.amount
    FROM (
        SELECT c.run, c.instruction, sum(c.amount)::bigint AS amount
        FROM jsonb_to_recordset(w -> 'claims') AS c (
            i integer, run uuid, instruction uuid, amount bigint
        )
        WHERE c.i <> ALL (refused)
        GROUP BY c.run, c.instruction
    ) t
    WHERE x.run_id = t.run AND x.id = t.instruction;
    INSERT INTO money_case (
        id, kind, run_id, instruction_id, currency, amount, detail, opened_at
    )
    SELECT c.id, c.kind, r_run[c.i], c.instruction, c.currency, c.amount, c.detail, r_at[c.i]
    FROM jsonb_to_recordset(w -> 'cases') AS c (
        i integer, id uuid, kind text, instruction uuid, amount bigint, currency text, detail text
    )
    WHERE c.i <> ALL (refused);
END
$$;
