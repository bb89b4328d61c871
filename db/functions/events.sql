-- Whose an event is: its object's row tells. A kind of object that has events is added here.
CREATE OR REPLACE VIEW sluice.owned_event AS
SELECT e.id, e.type, e.object_id, e.created_at, e.xid,
    CASE split_part(e.type, '.', 1)
        WHEN 'payment' THEN
            (SELECT p.merchant_id FROM sluice.payment p WHERE p.id = e.object_id)
        WHEN 'order' THEN
            (SELECT o.merchant_id FROM sluice.orders o WHERE o.id = e.object_id)
        WHEN 'refund' THEN
            (SELECT r.merchant_id FROM sluice.refund r WHERE r.id = e.object_id)
        WHEN 'payout' THEN
            (SELECT p.merchant_id FROM sluice.payout p WHERE p.id = e.object_id)
        WHEN 'transfer' THEN
            (SELECT t.merchant_id FROM sluice.transfer t WHERE t.id = e.object_id)
        WHEN 'task' THEN
            (SELECT t.merchant_id FROM sluice.task t WHERE t.id = e.object_id)
        WHEN 'endpoint' THEN
            (SELECT w.merchant_id FROM sluice.webhook_endpoint w WHERE w.id = e.object_id)
    END AS merchant_id
FROM sluice.event e;

-- The patterns that fit a type: '*', 'payment.*', 'payment.succeeded'.
CREATE OR REPLACE FUNCTION sluice.event_patterns(type text) RETURNS text[]
LANGUAGE sql
IMMUTABLE
AS $$ SELECT ARRAY['*', split_part(type, '.', 1) || '.*', type] $$;

-- One delivery for one event and one endpoint, however often it is asked for.
CREATE OR REPLACE FUNCTION sluice.delivery_id(endpoint uuid, event uuid) RETURNS uuid
LANGUAGE sql
IMMUTABLE
AS $$
    SELECT (left(replace(event::text, '-', ''), 16)
        || left(md5(endpoint::text || event::text), 16))::uuid
$$;

-- Makes deliveries of the events of transactions that are over, at most so many transactions
-- further, for the endpoints that want them. Says how many transactions are left and how many
-- deliveries were made. Does nothing while another session is at it. Nobody who pays waits for it.
CREATE OR REPLACE FUNCTION sluice.spread_events(
    s_transactions bigint, s_at timestamptz, OUT transactions_left bigint, OUT made bigint
)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = sluice, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
DECLARE
    since bigint;
    oldest_running bigint;
    until bigint;
BEGIN
    transactions_left := 0;
    made := 0;
    SELECT m.below INTO since FROM event_mark m FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    oldest_running := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
    IF since > oldest_running THEN
        -- The events came from another server, whose transactions were counted further. Those that
        -- were seen become the oldest of all, the others are as if they happened now.
        UPDATE event e
        SET xid = CASE WHEN e.xid < since THEN 0 ELSE pg_current_xact_id()::text::bigint END;
        UPDATE event_mark SET below = oldest_running, first = 0;
        DELETE FROM event_time;
        transactions_left := 1;
        RETURN;
    END IF;
    until := least(oldest_running, since + s_transactions);
    IF EXISTS (SELECT 1 FROM webhook_endpoint w WHERE w.enabled AND w.deleted_at IS NULL) THEN
        INSERT INTO delivery (id, endpoint_id, event_id, due_at, created_at)
        SELECT delivery_id(w.id, e.id), w.id, e.id, s_at, s_at
        FROM owned_event e
        JOIN webhook_endpoint w
            ON w.merchant_id = e.merchant_id AND w.enabled AND w.deleted_at IS NULL
            AND CASE WHEN e.type = 'endpoint.test' THEN w.id = e.object_id
                ELSE w.filters && event_patterns(e.type) END
        WHERE e.xid >= since AND e.xid < until
        ON CONFLICT (id) DO NOTHING;
        GET DIAGNOSTICS made = ROW_COUNT;
    END IF;
    UPDATE event_mark SET below = until;
    INSERT INTO event_time (at, xid)
    SELECT s_at, until
    WHERE NOT EXISTS (SELECT 1 FROM event_time t WHERE t.at > s_at - interval '10 minutes');
    -- Autovacuum comes once a minute at best; until a page is in the index every reader of young
    -- events looks at it. Where a vacuum is at work already it does this too.
    BEGIN
        LOCK TABLE event IN SHARE UPDATE EXCLUSIVE MODE NOWAIT;
        PERFORM brin_summarize_new_values('event_xid');
    EXCEPTION WHEN lock_not_available THEN
        NULL;
    END;
    transactions_left := oldest_running - until;
END
$$;

-- A merchant's events, or without one everybody's, after a place (transaction, id), in that order:
-- those of at most so many further transactions, and at most so many rows are looked at, whosever
-- they are. The last row has no type: it is the place up to which was looked, and tells by `more`
-- whether there is something beyond it.
CREATE OR REPLACE FUNCTION sluice.list_events(
    w_merchant text, w_xid bigint, w_id uuid, w_transactions bigint, w_rows integer,
    w_patterns text[]
) RETURNS TABLE (
    id uuid, type text, object_id uuid, created_at timestamptz, xid bigint, more boolean
)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = sluice, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    since bigint;
    oldest_running bigint;
    until bigint;
    ids uuid[];
    xids bigint[];
    looked integer;
BEGIN
    SELECT greatest(w_xid, m.first) INTO since FROM event_mark m;
    oldest_running := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
    until := greatest(since, least(oldest_running, since + w_transactions));
    SELECT array_agg(w.id ORDER BY w.xid, w.id), array_agg(w.xid ORDER BY w.xid, w.id)
    INTO ids, xids
    FROM (
        SELECT e.id, e.xid
        FROM event e
        WHERE e.xid >= since AND e.xid < until AND (e.xid > w_xid OR e.id > w_id)
            AND w_patterns && event_patterns(e.type)
        ORDER BY e.xid, e.id
        LIMIT w_rows
    ) w;
    looked := coalesce(cardinality(ids), 0);
    RETURN QUERY
        SELECT e.id, e.type, e.object_id, e.created_at, e.xid, true
        FROM unnest(ids) WITH ORDINALITY AS t (id, n)
        JOIN owned_event e ON e.id = t.id
        WHERE e.merchant_id = coalesce(w_merchant, e.merchant_id)
        ORDER BY t.n;
    IF looked = w_rows THEN
        RETURN QUERY SELECT ids[looked], NULL::text, NULL::uuid, NULL::timestamptz, xids[looked],
            true;
    ELSE
        -- Nothing stands before the first id of the transaction that comes next.
        RETURN QUERY SELECT '00000000-0000-0000-0000-000000000000'::uuid, NULL::text, NULL::uuid,
            NULL::timestamptz, until, until < oldest_running;
    END IF;
END
$$;

-- Sends the events that were created since then to an endpoint that is interested in them, once
-- more if it had them: those of at most so many transactions from a number on, or from the
-- beginning (0). Says how many, and where to go on; NULL when those were the last. What is under
-- way keeps its place, but waits no longer.
CREATE OR REPLACE FUNCTION sluice.redeliver_events(
    w_endpoint uuid, w_since timestamptz, w_xid bigint, w_transactions bigint, w_at timestamptz,
    OUT queued bigint, OUT next_xid bigint
)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = sluice, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
DECLARE
    begins bigint;
    ends bigint;
BEGIN
    -- Those above the mark will be sent anyway. Nodes' clocks may differ by minutes.
    SELECT greatest(w_xid, m.first, (
            SELECT t.xid FROM event_time t
            WHERE t.at <= w_since - interval '5 minutes'
            ORDER BY t.at DESC
            LIMIT 1
        )), m.below
    INTO begins, ends
    FROM event_mark m;
    IF begins + w_transactions < ends THEN
        ends := begins + w_transactions;
        next_xid := ends;
    END IF;
    INSERT INTO delivery AS d (id, endpoint_id, event_id, due_at, created_at)
    SELECT delivery_id(w.id, e.id), w.id, e.id, w_at, w_at
    FROM owned_event e
    JOIN webhook_endpoint w ON w.id = w_endpoint AND w.merchant_id = e.merchant_id
    WHERE e.xid >= begins AND e.xid < ends AND e.created_at >= w_since
        AND e.type <> 'endpoint.test' AND w.filters && event_patterns(e.type)
    ON CONFLICT (id) DO UPDATE SET
        status = 'pending', attempts = 0, due_at = excluded.due_at, finished_at = NULL;
    GET DIAGNOSTICS queued = ROW_COUNT;
END
$$;

-- An event of type endpoint.test, about an endpoint and for it alone.
CREATE OR REPLACE FUNCTION sluice.add_test_event(
    w_event uuid, w_endpoint uuid, w_at timestamptz
) RETURNS void
LANGUAGE sql
SECURITY DEFINER
SET search_path = sluice, pg_temp
AS $$
    INSERT INTO event (id, type, object_id, created_at)
    VALUES (w_event, 'endpoint.test', w_endpoint, w_at)
$$;
