-- Closes orders of these buckets that expired while nobody was paying them, at most so many, and
-- says how many. Called by the owner of the buckets. Byte 6 of an id is its bucket.
-- Whatever closes an order tells so by an event, in the same transaction.
CREATE OR REPLACE FUNCTION sluice.close_expired_orders(
    c_buckets smallint[], c_at timestamptz, c_max integer
) RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = sluice, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
DECLARE
    closed bigint;
BEGIN
    WITH over AS (
        UPDATE orders x SET status = 'closed', closes_at = NULL, updated_at = c_at
        WHERE x.closes_at <= c_at AND x.id IN (
            SELECT o.id FROM orders o
            WHERE o.closes_at <= c_at AND get_byte(uuid_send(o.id), 6) = ANY (c_buckets)
            ORDER BY o.closes_at
            LIMIT c_max
        )
        RETURNING x.id
    )
    INSERT INTO event (id, type, object_id, created_at)
    SELECT order_event_id(over.id, 'order.closed', c_at), 'order.closed', over.id, c_at
    FROM over;
    GET DIAGNOSTICS closed = ROW_COUNT;
    RETURN closed;
END
$$;

-- Closes one order of the merchant because he wants it, unless it is over already or a payment is
-- under way, which may still collect. Says whether it was closed now. Any session.
CREATE OR REPLACE FUNCTION sluice.close_order(
    o_merchant text, o_id uuid, o_at timestamptz
) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = sluice, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
BEGIN
    WITH over AS (
        UPDATE orders x SET status = 'closed', closes_at = NULL, updated_at = o_at
        WHERE x.id = o_id AND x.merchant_id = o_merchant AND x.status = 'open'
            AND x.active_payment IS NULL
        RETURNING x.id
    )
    INSERT INTO event (id, type, object_id, created_at)
    SELECT order_event_id(over.id, 'order.closed', o_at), 'order.closed', over.id, o_at
    FROM over;
    RETURN FOUND;
END
$$;

-- Never gives an answer: a payment succeeds whose order takes it no more. An exception and no
-- refusal, so that no other payment pays for the look; the worker takes SL006 as the refusal of the
-- one that is guilty.
CREATE OR REPLACE FUNCTION sluice.order_is_over(o_id uuid) RETURNS text
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'a payment succeeds whose order % takes it no more', o_id
        USING ERRCODE = 'SL006';
END
$$;
