-- What payments of orders that exist may be, and what becomes of the order of one that pays not.

-- Which payments cannot begin on their order, and why: one row each, with the payment that stands
-- in the way. Called by commit_batch before it writes; locks the orders.
CREATE OR REPLACE FUNCTION sluice.payment_refusals(
    already_refused integer[], r_at timestamptz[], p_i integer[], p_order uuid[],
    p_currency text[], p_amount bigint[]
) RETURNS TABLE (activation integer, reason text, other_id uuid)
LANGUAGE plpgsql
SET search_path = sluice, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
BEGIN
    PERFORM 1 FROM orders x WHERE x.id = ANY (p_order) ORDER BY x.id FOR NO KEY UPDATE;
    RETURN QUERY
        SELECT r.i, r.why, r.active_payment
        FROM (
            SELECT p.i, x.active_payment,
                CASE
                    WHEN x.status <> 'open' OR x.expires_at <= r_at[p.i] THEN 'order_not_open'
                    WHEN x.active_payment IS NOT NULL OR p.turn > 1 THEN 'payment_unresolved'
                    WHEN x.currency <> p_currency[p.n] THEN 'currency_mismatch'
                    WHEN x.paid + p_amount[p.n] > x.amount THEN 'more_than_due'
                END AS why
            FROM (
                SELECT t.i, t.n, p_order[t.n] AS id,
                    row_number() OVER (PARTITION BY p_order[t.n] ORDER BY t.i) AS turn
                FROM unnest(p_i) WITH ORDINALITY AS t (i, n)
                WHERE t.i <> ALL (already_refused)
            ) p
            JOIN orders x ON x.id = p.id
        ) r
        WHERE r.why IS NOT NULL;
END
$$;

-- What the end of a payment means where it is not the only one of its order in the batch, or pays
-- nothing to it. Called by commit_batch when it ended fewer orders than payments changed.
CREATE OR REPLACE FUNCTION sluice.end_other_payments(
    refused integer[], r_run uuid[], r_at timestamptz[], u_i integer[], u_status text[],
    u_order uuid[]
) RETURNS void
LANGUAGE plpgsql
SET search_path = sluice, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
BEGIN
    -- One row is changed once by a statement: of two payments of one order the second would be
    -- lost. Alone each finds what the other left.
    PERFORM order_is_over(u_order[t.n])
    FROM unnest(u_i) WITH ORDINALITY AS t (i, n)
    WHERE u_status[t.n] IN ('succeeded', 'failed', 'closed') AND t.i <> ALL (refused)
    GROUP BY u_order[t.n]
    HAVING count(*) > 1;
    -- Whatever ended the order, this payment does not pay it any more.
    UPDATE orders x SET
        active_payment = NULL,
        closes_at = CASE WHEN x.status = 'open' THEN x.expires_at END,
        updated_at = r_at[t.i]
    FROM unnest(u_i) WITH ORDINALITY AS t (i, n)
    WHERE x.id = u_order[t.n] AND u_status[t.n] = 'surplus'
        AND x.active_payment = r_run[t.i] AND t.i <> ALL (refused);
END
$$;
