-- What a batch takes of the sums that limit payouts, and what it gives back to them: of payouts
-- that failed or came back, as they were counted. Members of the document (services.sql):
--   limits     sums that payouts take from (ordinal, merchant, kind, about, currency, day, amount,
--              most: what there may be in all, NULL: any amount)
--   uncounted  payouts that did not pay after all (payout)
-- Without settings of its own it becomes part of the statements that use it.
CREATE OR REPLACE FUNCTION sluice.payout_sum_steps(w jsonb)
RETURNS TABLE (
    i integer, ordinal integer, merchant text, kind text, about text, currency text, day date,
    amount bigint, most bigint
)
LANGUAGE sql
STABLE
AS $$
    SELECT l.i, l.ordinal, l.merchant, l.kind, l.about, l.currency, l.day, l.amount, l.most
    FROM jsonb_to_recordset(w -> 'limits') AS l (
        i integer, ordinal integer, merchant text, kind text, about text, currency text, day date,
        amount bigint, most bigint
    )
    UNION ALL
    SELECT u.i, 0, p.merchant_id, k.kind, k.about, p.currency, k.day, -p.amount, NULL
    FROM jsonb_to_recordset(w -> 'uncounted') AS u (i integer, payout uuid)
    JOIN sluice.payout p ON p.id = u.payout AND p.counted_on IS NOT NULL
    CROSS JOIN LATERAL (VALUES
        ('merchant_day', '', p.counted_on),
        ('payee_day', nullif(p.details::jsonb ->> 'payee_key', ''), p.counted_on),
        ('order', p.order_id::text, 'infinity'::date)
    ) AS k (kind, about, day)
    WHERE k.about IS NOT NULL
$$;

-- Makes the rows that are missing and locks all of them, always in one order: whoever has them
-- decides alone, on whatever node. Called before balances are locked.
CREATE OR REPLACE FUNCTION sluice.lock_payout_sums(w jsonb, already_refused integer[])
RETURNS void
LANGUAGE plpgsql
SET search_path = sluice, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
BEGIN
    INSERT INTO payout_sum (merchant_id, kind, about, currency, day, amount)
    SELECT DISTINCT s.merchant, s.kind, s.about, s.currency, s.day, 0
    FROM payout_sum_steps(w) s
    WHERE s.amount > 0 AND s.i <> ALL (already_refused)
    ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT DO NOTHING;
    PERFORM 1
    FROM (
        SELECT DISTINCT s.merchant, s.kind, s.about, s.currency, s.day
        FROM payout_sum_steps(w) s
        WHERE s.i <> ALL (already_refused)
        ORDER BY 1, 2, 3, 4, 5
    ) t
    CROSS JOIN LATERAL (
        SELECT 1
        FROM payout_sum x
        WHERE x.merchant_id = t.merchant AND x.kind = t.kind AND x.about = t.about
            AND x.currency = t.currency AND x.day = t.day
        FOR NO KEY UPDATE
    ) locked;
END
$$;

-- Counts what was not refused. Called by write_services, before payouts change.
CREATE OR REPLACE FUNCTION sluice.write_payout_sums(w jsonb, refused integer[]) RETURNS void
LANGUAGE plpgsql
SET search_path = sluice, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
BEGIN
    UPDATE payout_sum x SET amount = x.amount + t.amount
    FROM (
        SELECT s.merchant, s.kind, s.about, s.currency, s.day, sum(s.amount)::bigint AS amount
        FROM payout_sum_steps(w) s
        WHERE s.i <> ALL (refused)
        GROUP BY s.merchant, s.kind, s.about, s.currency, s.day
    ) t
    WHERE x.merchant_id = t.merchant AND x.kind = t.kind AND x.about = t.about
        AND x.currency = t.currency AND x.day = t.day;
END
$$;
