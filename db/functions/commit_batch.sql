-- Commits one batch of activations: everything or nothing, in one statement.
--
-- Parallel arrays, one family a prefix: r_ runs (position = number of the activation in the batch),
-- o_ new orders, p_ new payments (id = run id), k_ idempotency keys, u_ payment changes, n_ new
-- instructions, m_ instruction changes, h_ holds, j_ ledger journals, e_ entries, s_ system
-- accounts, v_ events, c_ cases. The column *_i names the activation a row belongs to.
--
-- A business refusal is a returned row (activation, ordinal of the hold step or 0, reason, and the
-- id and hash of what stands in the way); nothing of that activation is written. An exception means
-- that nothing of the batch is.
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
    n_merchant text[], n_expires timestamptz[], n_status text[],
    m_i integer[], m_id uuid[], m_status text[], m_reference text[], m_code text[],
    m_message text[], m_action text[],
    h_i integer[], h_ordinal integer[], h_kind text[], h_id uuid[], h_account uuid[],
    h_currency text[], h_amount bigint[], h_order uuid[],
    j_i integer[], j_id uuid[], j_event text[], j_order uuid[], j_lines smallint[],
    e_i integer[], e_journal uuid[], e_line smallint[], e_account uuid[], e_currency text[],
    e_side smallint[], e_amount bigint[], e_inline boolean[],
    s_id uuid[], s_gl text[], s_owner text[], s_currency text[],
    v_i integer[], v_id uuid[], v_type text[], v_payload text[],
    c_i integer[], c_id uuid[], c_kind text[], c_instruction uuid[], c_amount bigint[],
    c_currency text[], c_detail text[]
) RETURNS TABLE (activation integer, ordinal integer, reason text, other_id uuid, other_hash uuid)
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
    tight boolean := false;
    found_row record;
    changed bigint;
    wanted bigint;
BEGIN
    -- 1. Decide. Locks are taken in one order everywhere: orders by id, then balances by account.
    IF cardinality(o_i) > 0 THEN
        FOR found_row IN
            SELECT o.i, x.id, x.request_hash
            FROM unnest(o_i, o_merchant, o_number) AS o (i, merchant, number)
            JOIN orders x ON x.merchant_id = o.merchant AND x.merchant_order_number = o.number
        LOOP
            refused := refused || found_row.i;
            RETURN QUERY
                SELECT found_row.i, 0, 'order_exists', found_row.id, found_row.request_hash;
        END LOOP;
    END IF;
    IF cardinality(k_i) > 0 THEN
        FOR found_row IN
            SELECT k.i, x.object_id, x.request_hash
            FROM unnest(k_i, k_merchant, k_key) AS k (i, merchant, key)
            JOIN idempotency_key x ON x.merchant_id = k.merchant AND x.key = k.key
            WHERE k.i <> ALL (refused)
        LOOP
            refused := refused || found_row.i;
            RETURN QUERY
                SELECT found_row.i, 0, 'key_exists', found_row.object_id, found_row.request_hash;
        END LOOP;
    END IF;
    IF cardinality(p_i) > cardinality(o_i) THEN
        PERFORM 1 FROM orders x WHERE x.id = ANY (p_order) ORDER BY x.id FOR NO KEY UPDATE;
        FOR found_row IN
            SELECT p.i, x.active_payment,
                CASE
                    WHEN x.status <> 'open' OR x.expires_at <= r_at[p.i] THEN 'order_not_open'
                    WHEN x.active_payment IS NOT NULL OR p.turn > 1 THEN 'payment_unresolved'
                    WHEN x.currency <> p.currency THEN 'currency_mismatch'
                    WHEN x.paid + p.amount > x.amount THEN 'more_than_due'
                END AS why
            FROM (
                SELECT t.*, row_number() OVER (PARTITION BY t.id ORDER BY t.i) AS turn
                FROM unnest(p_i, p_order, p_amount, p_currency) AS t (i, id, amount, currency)
                WHERE t.i <> ALL (refused)
            ) p
            JOIN orders x ON x.id = p.id
        LOOP
            IF found_row.why IS NOT NULL THEN
                refused := refused || found_row.i;
                RETURN QUERY
                    SELECT found_row.i, 0, found_row.why, found_row.active_payment, NULL::uuid;
            END IF;
        END LOOP;
    END IF;
    IF cardinality(h_i) > 0 THEN
        PERFORM 1 FROM balance b WHERE b.account_id = ANY (h_account)
            ORDER BY b.account_id FOR NO KEY UPDATE;
        -- Usually everything fits; only then is the order of the steps without meaning.
        SELECT
            EXISTS (
                SELECT 1
                FROM (
                    SELECT h.account, h.currency,
                        sum(CASE WHEN h.kind = 'hold' THEN h.amount ELSE 0 END) AS amount
                    FROM unnest(h_account, h_currency, h_kind, h_amount)
                        AS h (account, currency, kind, amount)
                    GROUP BY h.account, h.currency
                ) w
                LEFT JOIN account a ON a.id = w.account
                LEFT JOIN balance b ON b.account_id = w.account
                WHERE b.account_id IS NULL OR a.status <> 'open' OR a.currency <> w.currency
                    OR w.amount > b.sign * (b.dr - b.cr) - b.held - b.floor
            ) OR EXISTS (
                SELECT 1
                FROM unnest(h_id, h_kind) AS h (id, kind)
                LEFT JOIN hold x ON x.id = h.id
                WHERE h.kind <> 'hold' AND x.status IS DISTINCT FROM 'held'
            )
        INTO tight;
        IF tight THEN
            FOR found_row IN
                SELECT t.i, t.ordinal, t.reason
                FROM hold_refusals(
                    refused, h_i, h_ordinal, h_kind, h_id, h_account, h_currency, h_amount
                ) AS t (i, ordinal, reason)
            LOOP
                refused := refused || found_row.i;
                RETURN QUERY
                    SELECT found_row.i, found_row.ordinal, found_row.reason, NULL::uuid, NULL::uuid;
            END LOOP;
        END IF;
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
        SELECT o.id, o.merchant, o.number, o.product, o.description, o.currency, o.amount, o.hash,
            r_run[o.i], r_at[o.i], r_at[o.i], o.expires
        FROM unnest(
            o_i, o_id, o_merchant, o_number, o_product, o_description, o_currency, o_amount, o_hash,
            o_expires
        ) AS o (
            i, id, merchant, number, product, description, currency, amount, hash, expires
        )
        WHERE o.i <> ALL (refused)
        ORDER BY o.merchant, o.number;
    END IF;
    IF cardinality(k_i) > 0 THEN
        INSERT INTO idempotency_key (merchant_id, key, request_hash, object_id)
        SELECT k.merchant, k.key, k.hash, r_run[k.i]
        FROM unnest(k_i, k_merchant, k_key, k_hash) AS k (i, merchant, key, hash)
        WHERE k.i <> ALL (refused)
        ORDER BY k.merchant, k.key;
    END IF;
    IF cardinality(p_i) > 0 THEN
        IF cardinality(p_i) > cardinality(o_i) THEN
            UPDATE orders x SET active_payment = r_run[p.i], updated_at = r_at[p.i]
            FROM unnest(p_i, p_order) AS p (i, id)
            WHERE x.id = p.id AND p.i <> ALL (refused) AND p.i <> ALL (o_i);
        END IF;
        INSERT INTO payment (
            id, order_id, merchant_id, flow, currency, amount, legs, status, stage, failure_code,
            failure_message, created_at, updated_at
        )
        SELECT r_run[p.i], p.id, p.merchant, p.flow, p.currency, p.amount, p.legs, p.status,
            p.stage, p.code, p.message, r_at[p.i], r_at[p.i]
        FROM unnest(
            p_i, p_order, p_merchant, p_flow, p_currency, p_amount, p_legs, p_status, p_stage,
            p_code, p_message
        ) AS p (
            i, id, merchant, flow, currency, amount, legs, status, stage, code, message
        )
        WHERE p.i <> ALL (refused);
    END IF;
    IF cardinality(u_i) > 0 THEN
        UPDATE payment x SET
            status = u.status, stage = u.stage, failure_code = u.code, failure_message = u.message,
            updated_at = r_at[u.i]
        FROM unnest(u_i, u_status, u_stage, u_code, u_message)
            AS u (i, status, stage, code, message)
        WHERE x.id = r_run[u.i] AND u.i <> ALL (refused);
        UPDATE orders x SET
            paid = x.paid + u.paid,
            status = CASE WHEN x.paid + u.paid = x.amount THEN 'paid' ELSE x.status END,
            active_payment = NULL,
            updated_at = r_at[u.i]
        FROM unnest(u_i, u_status, u_order, u_paid) AS u (i, status, id, paid)
        WHERE x.id = u.id AND u.status IN ('succeeded', 'failed', 'closed')
            AND u.i <> ALL (refused);
    END IF;
    IF cardinality(n_i) > 0 THEN
        INSERT INTO instruction (
            id, payment_id, leg, kind, channel, channel_account, scene, account_id, currency,
            amount, status, merchant, created_at, expires_at
        )
        SELECT n.id, r_run[n.i], n.leg, n.kind, n.channel, n.account_name, n.scene, n.account,
            n.currency, n.amount, n.status, n.merchant, r_at[n.i], n.expires
        FROM unnest(
            n_i, n_id, n_leg, n_kind, n_channel, n_account_name, n_scene, n_account, n_currency,
            n_amount, n_merchant, n_expires, n_status
        ) AS n (
            i, id, leg, kind, channel, account_name, scene, account, currency, amount, merchant,
            expires, status
        )
        WHERE n.i <> ALL (refused);
    END IF;
    IF cardinality(m_i) > 0 THEN
        UPDATE instruction x SET
            status = m.status, channel_reference = m.reference, outcome_code = m.code,
            outcome_message = m.message, next_action = m.action
        FROM unnest(m_i, m_id, m_status, m_reference, m_code, m_message, m_action)
            AS m (i, id, status, reference, code, message, action)
        WHERE x.id = m.id AND m.i <> ALL (refused);
    END IF;
    IF cardinality(h_i) > 0 THEN
        INSERT INTO hold (id, account_id, amount, order_id)
        SELECT h.id, h.account, h.amount, h.order_id
        FROM unnest(h_i, h_kind, h_id, h_account, h_amount, h_order)
            AS h (i, kind, id, account, amount, order_id)
        WHERE h.kind = 'hold' AND h.i <> ALL (refused);
        UPDATE hold x SET
            captured = x.captured + CASE WHEN h.kind = 'capture' THEN h.amount ELSE 0 END,
            released = x.released + CASE WHEN h.kind = 'release' THEN h.amount ELSE 0 END,
            status = CASE WHEN h.kind = 'capture' THEN 'captured' ELSE 'released' END
        FROM unnest(h_i, h_kind, h_id, h_amount) AS h (i, kind, id, amount)
        WHERE x.id = h.id AND h.kind <> 'hold' AND x.status = 'held' AND h.i <> ALL (refused);
    END IF;
    IF cardinality(j_i) > 0 THEN
        INSERT INTO journal (id, event, order_id, run_id, book_date, effective_at, n_lines, actor)
        SELECT j.id, j.event, j.order_id, r_run[j.i], (r_at[j.i] AT TIME ZONE 'UTC')::date,
            r_at[j.i], j.lines, 'flow'
        FROM unnest(j_i, j_id, j_event, j_order, j_lines) AS j (i, id, event, order_id, lines)
        WHERE j.i <> ALL (refused);
    END IF;
    IF cardinality(h_i) > 0 OR cardinality(e_i) > 0 THEN
        WITH delta AS (
            SELECT d.account, sum(d.held)::bigint AS held, sum(d.dr)::bigint AS dr,
                sum(d.cr)::bigint AS cr, sum(d.n)::bigint AS n
            FROM (
                SELECT h.account,
                    CASE WHEN h.kind = 'hold' THEN h.amount ELSE -h.amount END AS held,
                    0::bigint AS dr, 0::bigint AS cr, 0 AS n
                FROM unnest(h_i, h_kind, h_account, h_amount) AS h (i, kind, account, amount)
                WHERE h.i <> ALL (refused)
                UNION ALL
                SELECT e.account, 0, CASE WHEN e.side = 1 THEN e.amount ELSE 0 END,
                    CASE WHEN e.side = -1 THEN e.amount ELSE 0 END, 1
                FROM unnest(e_i, e_account, e_side, e_amount, e_inline)
                    AS e (i, account, side, amount, inline)
                WHERE e.inline AND e.i <> ALL (refused)
            ) d
            GROUP BY d.account
        ), moved AS (
            UPDATE balance b SET
                held = b.held + d.held, dr = b.dr + d.dr, cr = b.cr + d.cr, seq = b.seq + d.n
            FROM delta d
            WHERE b.account_id = d.account
            RETURNING b.account_id, b.seq - d.n AS base
        )
        INSERT INTO entry (journal_id, line, account_id, book, currency, side, amount, acct_seq)
        SELECT e.journal, e.line, e.account, 1, e.currency, e.side, e.amount,
            CASE WHEN e.inline THEN
                m.base + row_number() OVER (PARTITION BY e.account ORDER BY e.i, e.line)
            END
        FROM unnest(
            e_i, e_journal, e_line, e_account, e_currency, e_side, e_amount, e_inline
        ) AS e (i, journal, line, account, currency, side, amount, inline)
        LEFT JOIN moved m ON e.inline AND m.account_id = e.account
        WHERE e.i <> ALL (refused);
    END IF;
    IF cardinality(v_i) > 0 THEN
        INSERT INTO event (id, type, object_id, payload, created_at)
        SELECT v.id, v.type, r_run[v.i], v.payload, r_at[v.i]
        FROM unnest(v_i, v_id, v_type, v_payload) AS v (i, id, type, payload)
        WHERE v.i <> ALL (refused);
    END IF;
    IF cardinality(c_i) > 0 THEN
        INSERT INTO money_case (
            id, kind, payment_id, instruction_id, currency, amount, detail, opened_at
        )
        SELECT c.id, c.kind, r_run[c.i], c.instruction, c.currency, c.amount, c.detail, r_at[c.i]
        FROM unnest(c_i, c_id, c_kind, c_instruction, c_amount, c_currency, c_detail)
            AS c (i, id, kind, instruction, amount, currency, detail)
        WHERE c.i <> ALL (refused);
    END IF;

    -- 3. The journal and the live runs. A run that is not where this writer believes it to be means
    -- that somebody else writes it: everything is refused.
    INSERT INTO flow_journal (run_id, seq, at, body, effects_hash)
    SELECT r.run, r.seq, r.at, r.body, r.hash
    FROM unnest(r_run, r_seq, r_at, r_body, r_hash) WITH ORDINALITY
        AS r (run, seq, at, body, hash, i)
    WHERE r.i <> ALL (refused);
    IF 'new' = ANY (r_state) THEN
        INSERT INTO flow_run (bucket, run_id, seq, state, wake_at, pending, release_id)
        SELECT r.bucket, r.run, r.seq, 'live', r.wake, r.pending, r.release
        FROM unnest(r_bucket, r_run, r_seq, r_state, r_wake, r_pending, r_release) WITH ORDINALITY
            AS r (bucket, run, seq, state, wake, pending, release, i)
        WHERE r.state = 'new' AND r.i <> ALL (refused);
    END IF;
    IF 'live' = ANY (r_state) THEN
        UPDATE flow_run x SET seq = r.seq, wake_at = r.wake, pending = r.pending
        FROM unnest(r_bucket, r_run, r_seq, r_state, r_wake, r_pending) WITH ORDINALITY
            AS r (bucket, run, seq, state, wake, pending, i)
        WHERE x.bucket = r.bucket AND x.run_id = r.run AND x.seq = r.seq - 1 AND x.state = 'live'
            AND r.state = 'live' AND r.i <> ALL (refused);
        GET DIAGNOSTICS changed = ROW_COUNT;
        SELECT count(*) INTO wanted FROM unnest(r_state) WITH ORDINALITY AS r (state, i)
        WHERE r.state = 'live' AND r.i <> ALL (refused);
        IF changed <> wanted THEN
            RAISE EXCEPTION 'stale writer: % of % live runs moved', changed, wanted
                USING ERRCODE = 'SL001';
        END IF;
    END IF;
    IF 'done' = ANY (r_state) THEN
        DELETE FROM flow_run x
        USING unnest(r_bucket, r_run, r_seq, r_state) WITH ORDINALITY
            AS r (bucket, run, seq, state, i)
        WHERE x.bucket = r.bucket AND x.run_id = r.run AND x.seq = r.seq - 1 AND x.state = 'live'
            AND r.state = 'done' AND r.i <> ALL (refused);
        GET DIAGNOSTICS changed = ROW_COUNT;
        SELECT count(*) INTO wanted FROM unnest(r_state) WITH ORDINALITY AS r (state, i)
        WHERE r.state = 'done' AND r.i <> ALL (refused);
        IF changed <> wanted THEN
            RAISE EXCEPTION 'stale writer: % of % finished runs left', changed, wanted
                USING ERRCODE = 'SL001';
        END IF;
    END IF;
END
$$;
