-- What a batch brings beside payments, as one document: few activations have any of it, and it
-- would be dozens of arrays. Its lists, each element with the number of its activation (i):
--   starts   refunds, payouts and transfers that begin (service, id, order (of a payout: the one it
--            makes good), merchant, number, flow, currency, amount, details, hash, status, stage,
--            code, message, counted (of a payout: the day in which it counts from now on))
--   changes  of refunds, payouts and transfers (service, id, status, stage, code, message, counted)
--   credits  orders that begin and top an account up (order, account, gl)
--   order_refunds  what an order has refunded more, or less when it is below zero (ordinal, order,
--            amount)
--   claims   the same of a collected instruction (ordinal, run, instruction, amount), with the
--            refunds at its channel that they add or give back, and how many that takes (parts,
--            parts_max; 0: any number)
--   cases    money that a person must look at (id, kind, instruction, amount, currency, detail)
--   surpluses  money that no order took and that this refund gives back (run, instruction, over:
--            whether it has; begins: whether this is its first activation)
-- and what tasks bring, see tasks.sql, and what limits payouts, see payout_limits.sql.

-- Which activations cannot be, and why: one row each. Called by commit_batch before it writes.
-- Another table of answers makes another function: the one before must not stay beside it.
DROP FUNCTION IF EXISTS sluice.service_refusals(jsonb, integer[]);
CREATE FUNCTION sluice.service_refusals(w jsonb, already_refused integer[])
RETURNS TABLE (
    activation integer, ordinal integer, reason text, other_id uuid, other_hash uuid, rest bigint
)
LANGUAGE plpgsql
SET search_path = sluice, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
    refused integer[] := already_refused;
    known record;
BEGIN
    FOR known IN
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
        refused := refused || known.i;
        RETURN QUERY
            SELECT known.i, 0, 'number_exists', known.id, known.request_hash, NULL::bigint;
    END LOOP;
    IF w ?| ARRAY['order_refunds', 'claims', 'limits', 'uncounted'] THEN
        RETURN QUERY
            SELECT r.activation, r.ordinal, r.reason, NULL::uuid, NULL::uuid, r.rest
            FROM room_refusals(w, refused) r;
    END IF;
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
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
BEGIN
    IF w ?| ARRAY['limits', 'uncounted'] THEN
        PERFORM write_payout_sums(w, refused);
    END IF;
    IF w ? 'starts' THEN
        WITH start AS MATERIALIZED (
            SELECT * FROM jsonb_to_recordset(w -> 'starts') AS s (
                i integer, service text, "order" uuid, merchant text, number text, flow text,
                currency text, amount bigint, details text, hash uuid, status text, stage text,
                code text, message text, counted date
            )
            WHERE s.i <> ALL (refused)
        ), refunds AS (
            INSERT INTO refund (
                id, order_id, merchant_id, merchant_number, flow, currency, amount, details,
                request_hash, status, stage, failure_code, failure_message, created_at, updated_at
            )
            SELECT r_run[s.i], s."order", s.merchant, s.number, s.flow, s.currency, s.amount,
                s.details, s.hash, s.status, s.stage, s.code, s.message, r_at[s.i], r_at[s.i]
            FROM start s
            WHERE s.service = 'refund'
        ), payouts AS (
            INSERT INTO payout (
                id, order_id, merchant_id, merchant_number, flow, currency, amount, details,
                request_hash, status, stage, failure_code, failure_message, created_at, updated_at,
                counted_on
            )
            SELECT r_run[s.i], s."order", s.merchant, s.number, s.flow, s.currency, s.amount,
                s.details, s.hash, s.status, s.stage, s.code, s.message, r_at[s.i], r_at[s.i],
                s.counted
            FROM start s
            WHERE s.service = 'payout'
        )
        INSERT INTO transfer (
            id, merchant_id, merchant_number, flow, currency, amount, details, request_hash,
            status, stage, failure_code, failure_message, created_at, updated_at
        )
        SELECT r_run[s.i], s.merchant, s.number, s.flow, s.currency, s.amount, s.details, s.hash,
            s.status, s.stage, s.code, s.message, r_at[s.i], r_at[s.i]
        FROM start s
        WHERE s.service = 'transfer';
    END IF;
    IF w ? 'changes' THEN
        WITH change AS MATERIALIZED (
            SELECT c.*, r_run[c.i] AS run, r_at[c.i] AS at
            FROM jsonb_to_recordset(w -> 'changes') AS c (
                i integer, service text, status text, stage text, code text, message text,
                counted date
            )
            WHERE c.i <> ALL (refused)
        ), refunds AS (
            UPDATE refund x SET status = c.status, stage = c.stage, failure_code = c.code,
                failure_message = c.message, updated_at = c.at
            FROM change c
            WHERE x.id = c.run AND c.service = 'refund'
        ), payouts AS (
            UPDATE payout x SET status = c.status, stage = c.stage, failure_code = c.code,
                failure_message = c.message, updated_at = c.at,
                counted_on = CASE
                    WHEN c.status IN ('pending', 'succeeded')
                        THEN coalesce(c.counted, x.counted_on)
                END
            FROM change c
            WHERE x.id = c.run AND c.service = 'payout'
        )
        UPDATE transfer x SET status = c.status, stage = c.stage, failure_code = c.code,
            failure_message = c.message, updated_at = c.at
        FROM change c
        WHERE x.id = c.run AND c.service = 'transfer';
    END IF;
    IF w ? 'credits' THEN
        UPDATE orders x SET credit_account = c.account, credit_gl = c.gl
        FROM jsonb_to_recordset(w -> 'credits') AS c (
            i integer, "order" uuid, account uuid, gl text
        )
        WHERE x.id = c."order" AND c.i <> ALL (refused);
    END IF;
    IF w ? 'order_refunds' THEN
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
    END IF;
    IF w ? 'claims' THEN
        UPDATE instruction x SET
            refunded = x.refunded + t.amount, refund_parts = x.refund_parts + t.parts
        FROM (
            SELECT c.run, c.instruction, sum(c.amount)::bigint AS amount,
                coalesce(sum(sign(c.amount) * c.parts), 0)::integer AS parts
            FROM jsonb_to_recordset(w -> 'claims') AS c (
                i integer, run uuid, instruction uuid, amount bigint, parts integer
            )
            WHERE c.i <> ALL (refused)
            GROUP BY c.run, c.instruction
            -- What is yielded and claimed again in one is as it was.
            HAVING sum(c.amount) <> 0 OR sum(sign(c.amount) * c.parts) <> 0
        ) t
        WHERE x.run_id = t.run AND x.id = t.instruction;
    END IF;
    IF w ? 'cases' THEN
        INSERT INTO money_case (
            id, kind, run_id, instruction_id, currency, amount, detail, opened_at
        )
        SELECT c.id, c.kind, r_run[c.i], c.instruction, c.currency, c.amount, c.detail, r_at[c.i]
        FROM jsonb_to_recordset(w -> 'cases') AS c (
            i integer, id uuid, kind text, instruction uuid, amount bigint, currency text,
            detail text
        )
        WHERE c.i <> ALL (refused);
    END IF;
    IF w ?| ARRAY['tasks', 'task_changes', 'votes', 'closed_cases'] THEN
        PERFORM write_tasks(w, refused, r_run, r_at);
    END IF;
    IF w ? 'surpluses' THEN
        UPDATE money_case x SET
            refund_id = r_run[t.i],
            refunds = x.refunds + t.begins::integer,
            status = CASE WHEN t.over THEN 'closed' ELSE 'open' END,
            resolved_at = CASE WHEN t.over THEN r_at[t.i] END
        FROM jsonb_to_recordset(w -> 'surpluses') AS t (
            i integer, run uuid, instruction uuid, over boolean, begins boolean
        )
        WHERE x.run_id = t.run AND x.instruction_id = t.instruction AND x.kind = 'surplus'
            -- A refund that another has followed says nothing of the money any more.
            AND (t.begins OR x.refund_id = r_run[t.i])
            AND t.i <> ALL (refused);
    END IF;
END
$$;
