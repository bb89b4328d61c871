-- Commits one batch of activations: everything or nothing, in one statement.
--
-- Parallel arrays, one family a prefix: r_ runs (position = number of the activation in the batch),
-- o_ new orders, p_ new payments (id = run id), k_ idempotency keys, u_ payment changes, n_ new
-- instructions, m_ instruction changes, h_ steps of holds, j_ ledger journals, l_ their lines, e_
-- the lines that are entries of inline accounts, b_ what all holds and entries together do to each
-- inline account, s_ system accounts, v_ events; w what only the other services and cases bring,
-- see services.sql.
-- The column *_i names the activation a row belongs to.
-- The lines of a journal are those from j_first to j_last; a debit is above zero, a credit below.
-- An entry names its journal's position and its line in it, the position of its account among b_
-- (slot), and its own among the entries of the account (turn). b_sums has five numbers an account:
-- asked for by new holds, held, debits, credits, entries.
--
-- A family that has no rows is NULL: an array costs a microsecond even when it is empty.
--
-- Only one array of a family is unnested, the others are read by its position: unnest() of many
-- arrays makes a store of rows for each of them, which costs three times as much.
--
-- A business refusal is a returned row (activation, ordinal of the hold step or 0, reason, the id
-- and hash of what stands in the way, and what there would have been room for); nothing of that
-- activation is written, but system accounts that it named first: they hold nothing. look_again: it
-- asks for room that may be free when the batch is over. An exception means that nothing of the
-- batch is.
-- Another number of arrays makes another function: the one before must not stay beside it.
DO $$
DECLARE
    old regprocedure;
BEGIN
    FOR old IN SELECT oid FROM pg_proc
        WHERE proname = 'commit_batch' AND pronamespace = 'sluice'::regnamespace
    LOOP
        EXECUTE 'DROP FUNCTION ' || old;
    END LOOP;
END
$$;
CREATE FUNCTION sluice.commit_batch(
    r_run uuid[], r_bucket smallint[], r_seq integer[], r_at timestamptz[], r_body bytea[],
    r_hash uuid[], r_state text[], r_wake timestamptz[], r_pending integer[], r_release uuid[],
    o_i integer[], o_id uuid[], o_merchant text[], o_number text[], o_product text[],
    o_description text[], o_currency text[], o_amount bigint[], o_hash uuid[],
    o_expires timestamptz[],
    p_i integer[], p_order uuid[], p_merchant text[], p_flow text[], p_currency text[],
    p_amount bigint[], p_legs text[], p_status text[], p_stage text[], p_code text[],
    p_message text[],
    k_i integer[], k_merchant text[], k_key text[], k_hash uuid[],
    u_i integer[], u_status text[], u_stage text[], u_code text[], u_message text[],
    u_order uuid[], u_paid bigint[],
    n_i integer[], n_id uuid[], n_leg smallint[], n_kind text[], n_channel text[],
    n_account_name text[], n_scene text[], n_account uuid[], n_currency text[], n_amount bigint[],
    n_merchant text[], n_expires timestamptz[], n_status text[], n_purpose text[],
    n_original uuid[],
    m_i integer[], m_id uuid[], m_status text[], m_reference text[], m_code text[],
    m_message text[], m_action text[],
    h_i integer[], h_ordinal integer[], h_kind text[], h_id uuid[], h_account uuid[],
    h_currency text[], h_amount bigint[],
    j_i integer[], j_id uuid[], j_event text[], j_order uuid[], j_currency text[],
    j_first integer[], j_last integer[],
    l_account uuid[], l_amount bigint[],
    e_j integer[], e_line smallint[], e_slot integer[], e_turn integer[],
    b_id uuid[], b_currency text[], b_sums bigint[],
    s_id uuid[], s_gl text[], s_owner text[], s_currency text[],
    v_i integer[], v_id uuid[], v_type text[], v_object uuid[],
    w jsonb
) RETURNS TABLE (
    activation integer, ordinal integer, reason text, other_id uuid, other_hash uuid, rest bigint
)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = sluice, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
    refused integer[] := '{}';
    -- What may have no room for it, told when the balances have been looked at.
    no_room jsonb[] := '{}';
    too_poor integer;  -- the first that its accounts refused
    tight boolean := false;
    found_row record;
    moved bigint := 0;
    gone bigint := 0;
    ended bigint;
    wanted bigint;
    b_moved bigint[];
    b_base bigint[];
BEGIN
    -- 1. Decide. Locks are taken in one order everywhere: orders that exist by id, then balances by
    -- account, then keys that are new.
    IF cardinality(o_i) > 0 THEN
        FOR found_row IN
            SELECT t.i, x.id, x.request_hash
            FROM unnest(o_i) WITH ORDINALITY AS t (i, n)
            JOIN orders x
                ON x.merchant_id = o_merchant[t.n] AND x.merchant_order_number = o_number[t.n]
        LOOP
            refused := refused || found_row.i;
            RETURN QUERY
                SELECT found_row.i, 0, 'order_exists', found_row.id, found_row.request_hash,
                    NULL::bigint;
        END LOOP;
    END IF;
    IF cardinality(k_i) > 0 THEN
        FOR found_row IN
            SELECT t.i, x.object_id, x.request_hash
            FROM unnest(k_i) WITH ORDINALITY AS t (i, n)
            JOIN idempotency_key x ON x.merchant_id = k_merchant[t.n] AND x.key = k_key[t.n]
            WHERE t.i <> ALL (refused)
        LOOP
            refused := refused || found_row.i;
            RETURN QUERY
                SELECT found_row.i, 0, 'key_exists', found_row.object_id, found_row.request_hash,
                    NULL::bigint;
        END LOOP;
    END IF;
    IF cardinality(p_i) > coalesce(cardinality(o_i), 0) THEN
        FOR found_row IN
            SELECT p.*, 0 AS ordinal
            FROM payment_refusals(refused, r_at, p_i, p_order, p_currency, p_amount) p
        LOOP
            refused := refused || found_row.activation;
            no_room := no_room || to_jsonb(found_row);
        END LOOP;
    END IF;
    IF w IS NOT NULL THEN
        FOR found_row IN SELECT * FROM service_refusals(w, refused) LOOP
            refused := refused || found_row.activation;
            no_room := no_room || to_jsonb(found_row);
        END LOOP;
    END IF;
    IF 'hold' <> ANY (h_kind) THEN
        SELECT EXISTS (
            SELECT 1
            FROM unnest(h_i) WITH ORDINALITY AS t (i, n)
            LEFT JOIN instruction x ON x.run_id = r_run[t.i] AND x.id = h_id[t.n]
            WHERE h_kind[t.n] IN ('capture', 'release') AND x.status IS DISTINCT FROM 'pending'
        ) INTO tight;
    END IF;
    tight := tight OR cardinality(refused) > 0;
    -- Usually everything fits, and the order of the steps has no meaning: the balances move at
    -- once, each only if it is open and has what is asked. When one has not, they move back, and
    -- the steps are decided one by one.
    WHILE cardinality(b_id) > 0 LOOP
        IF tight AND cardinality(h_i) > 0 THEN
            PERFORM 1 FROM balance b WHERE b.account_id = ANY (b_id)
                ORDER BY b.account_id FOR NO KEY UPDATE;
            FOR found_row IN
                SELECT t.i, t.ordinal, t.reason
                FROM hold_refusals(
                    refused, r_run, h_i, h_ordinal, h_kind, h_id, h_account, h_currency, h_amount
                ) AS t (i, ordinal, reason)
            LOOP
                refused := refused || found_row.i;
                too_poor := least(too_poor, found_row.i);
                RETURN QUERY
                    SELECT found_row.i, found_row.ordinal, found_row.reason, NULL::uuid, NULL::uuid,
                        NULL::bigint;
            END LOOP;
        END IF;
        IF cardinality(refused) > 0 THEN
            SELECT m.id, m.sums, m.slot, m.turn INTO b_id, b_sums, e_slot, e_turn
            FROM moves_left(
                refused, b_id, h_i, h_kind, h_account, h_amount, e_j, e_line, e_slot, l_amount,
                j_first, j_i
            ) m;
            EXIT WHEN b_id IS NULL;
        END IF;
        WITH moved AS (
            UPDATE balance b SET
                held = b.held + b_sums[5 * t.n - 3], dr = b.dr + b_sums[5 * t.n - 2],
                cr = b.cr + b_sums[5 * t.n - 1], seq = b.seq + b_sums[5 * t.n]
            FROM (
                SELECT u.id, u.n FROM unnest(b_id) WITH ORDINALITY AS u (id, n) ORDER BY u.id
            ) t
            WHERE b.account_id = t.id AND (tight OR (
                b.open AND b.currency = b_currency[t.n]
                AND (b_sums[5 * t.n - 4] <= b.sign * (b.dr - b.cr) - b.held - b.floor) IS NOT FALSE
                AND (b.sign * (b.dr + b_sums[5 * t.n - 2] - b.cr - b_sums[5 * t.n - 1]) > b.ceil)
                    IS NOT TRUE
            ))
            RETURNING t.n, b.seq - b_sums[5 * t.n] AS base
        )
        SELECT array_agg(m.n), array_agg(m.base ORDER BY m.n) INTO b_moved, b_base FROM moved m;
        EXIT WHEN cardinality(b_moved) = cardinality(b_id);
        IF tight THEN
            RAISE EXCEPTION 'an account of the batch has no balance' USING ERRCODE = 'SL007';
        END IF;
        UPDATE balance b SET
            held = b.held - b_sums[5 * t.n - 3], dr = b.dr - b_sums[5 * t.n - 2],
            cr = b.cr - b_sums[5 * t.n - 1], seq = b.seq - b_sums[5 * t.n]
        FROM unnest(b_moved) AS t (n)
        WHERE b.account_id = b_id[t.n];
        tight := true;
    END LOOP;

    -- Room was given out before the balances were looked at: what came after an activation that
    -- its accounts refused is decided again, in a batch without it.
    IF cardinality(no_room) > 0 THEN
        RETURN QUERY
            SELECT r.activation, r.ordinal,
                CASE WHEN r.activation > too_poor THEN 'look_again' ELSE r.reason END,
                r.other_id, r.other_hash, r.rest
            FROM unnest(no_room) AS n (row_of)
            CROSS JOIN LATERAL jsonb_to_record(n.row_of) AS r (
                activation integer, ordinal integer, reason text, other_id uuid, other_hash uuid,
                rest bigint
            );
    END IF;

    -- 2. Write what was not refused.
    IF cardinality(s_id) > 0 THEN
        INSERT INTO account (id, book, gl, owner, currency)
        SELECT s.id, 1, s.gl, s.owner, s.currency
        FROM unnest(s_id, s_gl, s_owner, s_currency) AS s (id, gl, owner, currency)
        ORDER BY s.id
        ON CONFLICT DO NOTHING;
    END IF;
    IF cardinality(o_i) > 0 THEN
        INSERT INTO orders (
            id, merchant_id, merchant_order_number, product_code, description, currency, amount,
            request_hash, active_payment, created_at, updated_at, expires_at
        )
        SELECT o_id[t.n], o_merchant[t.n], o_number[t.n], o_product[t.n], o_description[t.n],
            o_currency[t.n], o_amount[t.n], o_hash[t.n], r_run[t.i], r_at[t.i], r_at[t.i],
            o_expires[t.n]
        FROM unnest(o_i) WITH ORDINALITY AS t (i, n)
        WHERE t.i <> ALL (refused)
        ORDER BY o_merchant[t.n], o_number[t.n];
    END IF;
    IF cardinality(k_i) > 0 THEN
        INSERT INTO idempotency_key (merchant_id, key, request_hash, object_id)
        SELECT k_merchant[t.n], k_key[t.n], k_hash[t.n], r_run[t.i]
        FROM unnest(k_i) WITH ORDINALITY AS t (i, n)
        WHERE t.i <> ALL (refused)
        ORDER BY k_merchant[t.n], k_key[t.n];
    END IF;
    IF cardinality(p_i) > 0 THEN
        IF cardinality(p_i) > coalesce(cardinality(o_i), 0) THEN
            UPDATE orders x SET
                active_payment = r_run[t.i], closes_at = NULL, updated_at = r_at[t.i]
            FROM unnest(p_i) WITH ORDINALITY AS t (i, n)
            WHERE x.id = p_order[t.n] AND t.i <> ALL (refused)
                AND t.i <> ALL (coalesce(o_i, '{}'));
        END IF;
        INSERT INTO payment (
            id, order_id, merchant_id, flow, currency, amount, legs, status, stage, failure_code,
            failure_message, created_at, updated_at
        )
        SELECT r_run[t.i], p_order[t.n], p_merchant[t.n], p_flow[t.n], p_currency[t.n],
            p_amount[t.n], p_legs[t.n], p_status[t.n], p_stage[t.n], p_code[t.n], p_message[t.n],
            r_at[t.i], r_at[t.i]
        FROM unnest(p_i) WITH ORDINALITY AS t (i, n)
        WHERE t.i <> ALL (refused);
    END IF;
    IF cardinality(u_i) > 0 THEN
        UPDATE payment x SET
            status = u_status[t.n], stage = u_stage[t.n], failure_code = u_code[t.n],
            failure_message = u_message[t.n], updated_at = r_at[t.i]
        FROM unnest(u_i) WITH ORDINALITY AS t (i, n)
        WHERE x.id = r_run[t.i] AND t.i <> ALL (refused);
        -- An order that is left unpaid is closed once it has expired; until then it may be paid
        -- by another payment. Money for an order that is over is never this order's payment; who
        -- ends without money leaves such an order as it is.
        UPDATE orders x SET
            paid = x.paid + u_paid[t.n],
            status = CASE
                WHEN u_paid[t.n] > 0
                    AND (x.status <> 'open' OR x.paid + u_paid[t.n] > x.amount)
                    THEN order_is_over(x.id)
                WHEN x.status <> 'open' THEN x.status
                WHEN x.paid + u_paid[t.n] = x.amount THEN 'paid'
                WHEN x.expires_at <= r_at[t.i] AND nullif(x.active_payment, r_run[t.i]) IS NULL
                    THEN 'closed'
                ELSE 'open'
            END,
            active_payment = nullif(x.active_payment, r_run[t.i]),
            closes_at = CASE
                WHEN x.status = 'open' AND x.paid + u_paid[t.n] <> x.amount
                    AND x.expires_at > r_at[t.i]
                    AND nullif(x.active_payment, r_run[t.i]) IS NULL
                    THEN x.expires_at
            END,
            updated_at = r_at[t.i]
        FROM unnest(u_i) WITH ORDINALITY AS t (i, n)
        WHERE x.id = u_order[t.n] AND u_status[t.n] IN ('succeeded', 'failed', 'closed')
            AND t.i <> ALL (refused);
        GET DIAGNOSTICS ended = ROW_COUNT;
        IF ended <> cardinality(u_i) THEN
            PERFORM end_other_payments(refused, r_run, r_at, u_i, u_status, u_order);
        END IF;
    END IF;
    IF cardinality(n_i) > 0 THEN
        INSERT INTO instruction (
            id, run_id, leg, kind, channel, channel_account, scene, account_id, currency,
            amount, status, merchant, created_at, expires_at, purpose, original_id
        )
        SELECT n_id[t.n], r_run[t.i], n_leg[t.n], n_kind[t.n], n_channel[t.n],
            n_account_name[t.n], n_scene[t.n], n_account[t.n], n_currency[t.n], n_amount[t.n],
            n_status[t.n], n_merchant[t.n], r_at[t.i], n_expires[t.n],
            coalesce(n_purpose[t.n], 'collect'), n_original[t.n]
        FROM unnest(n_i) WITH ORDINALITY AS t (i, n)
        WHERE t.i <> ALL (refused);
    END IF;
    IF cardinality(m_i) > 0 THEN
        UPDATE instruction x SET
            status = m_status[t.n], channel_reference = m_reference[t.n],
            outcome_code = m_code[t.n], outcome_message = m_message[t.n],
            next_action = m_action[t.n]
        FROM unnest(m_i) WITH ORDINALITY AS t (i, n)
        WHERE x.run_id = r_run[t.i] AND x.id = m_id[t.n] AND t.i <> ALL (refused);
    END IF;
    IF cardinality(j_i) > 0 THEN
        INSERT INTO journal (
            id, event, order_id, run_id, book_date, effective_at, actor, book, currency, accounts,
            amounts
        )
        SELECT j_id[t.n], j_event[t.n], j_order[t.n], r_run[t.i],
            (r_at[t.i] AT TIME ZONE 'UTC')::date, r_at[t.i], 'flow', 1, j_currency[t.n],
            l_account[j_first[t.n]:j_last[t.n]], l_amount[j_first[t.n]:j_last[t.n]]
        FROM unnest(j_i) WITH ORDINALITY AS t (i, n)
        WHERE t.i <> ALL (refused);
    END IF;
    IF cardinality(e_j) > 0 THEN
        INSERT INTO account_entry (account_id, number, journal_id, line)
        SELECT b_id[e_slot[t.n]], b_base[e_slot[t.n]] + e_turn[t.n], j_id[t.j], e_line[t.n]
        FROM unnest(e_j) WITH ORDINALITY AS t (j, n)
        WHERE j_i[t.j] <> ALL (refused);
    END IF;
    IF cardinality(v_i) > 0 THEN
        INSERT INTO event (id, type, object_id, created_at)
        SELECT v_id[t.n], v_type[t.n], coalesce(v_object[t.n], r_run[t.i]), r_at[t.i]
        FROM unnest(v_i) WITH ORDINALITY AS t (i, n)
        WHERE t.i <> ALL (refused);
    END IF;
    IF w IS NOT NULL THEN
        PERFORM write_services(w, refused, r_run, r_at);
    END IF;

    -- 3. The journal and the live runs. A run that is not where this writer believes it to be means
    -- that somebody else writes it: everything is refused.
    INSERT INTO flow_journal (run_id, seq, at, body, effects_hash)
    SELECT t.run, r_seq[t.n], r_at[t.n], r_body[t.n], r_hash[t.n]
    FROM unnest(r_run) WITH ORDINALITY AS t (run, n)
    WHERE t.n <> ALL (refused);
    IF 'new' = ANY (r_state) THEN
        INSERT INTO flow_run (bucket, run_id, seq, state, wake_at, pending, release_id)
        SELECT r_bucket[t.n], r_run[t.n], r_seq[t.n], 'live', r_wake[t.n], r_pending[t.n],
            r_release[t.n]
        FROM unnest(r_state) WITH ORDINALITY AS t (state, n)
        WHERE t.state = 'new' AND t.n <> ALL (refused);
    END IF;
    IF 'live' = ANY (r_state) THEN
        UPDATE flow_run x SET seq = r_seq[t.n], wake_at = r_wake[t.n], pending = r_pending[t.n]
        FROM unnest(r_state) WITH ORDINALITY AS t (state, n)
        WHERE x.bucket = r_bucket[t.n] AND x.run_id = r_run[t.n] AND x.seq = r_seq[t.n] - 1
            AND x.state = 'live' AND t.state = 'live' AND t.n <> ALL (refused);
        GET DIAGNOSTICS moved = ROW_COUNT;
    END IF;
    IF 'done' = ANY (r_state) THEN
        DELETE FROM flow_run x
        USING unnest(r_state) WITH ORDINALITY AS t (state, n)
        WHERE x.bucket = r_bucket[t.n] AND x.run_id = r_run[t.n] AND x.seq = r_seq[t.n] - 1
            AND x.state = 'live' AND t.state = 'done' AND t.n <> ALL (refused);
        GET DIAGNOSTICS gone = ROW_COUNT;
    END IF;
    wanted := cardinality(array_positions(r_state, 'live'))
        + cardinality(array_positions(r_state, 'done'));
    IF cardinality(refused) > 0 THEN
        SELECT count(*) INTO wanted FROM unnest(r_state) WITH ORDINALITY AS r (state, i)
        WHERE r.state IN ('live', 'done') AND r.i <> ALL (refused);
    END IF;
    IF moved + gone <> wanted THEN
        RAISE EXCEPTION 'stale writer: % of % runs are where it left them', moved + gone, wanted
            USING ERRCODE = 'SL001';
    END IF;
END
$$;
