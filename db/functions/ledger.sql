-- Accounts and single journals. What the domain refuses is a returned word, never an exception: an
-- exception means that the caller is wrong, and nothing was done.

-- 'opened'; 'exists' when the same account was opened before; 'conflict' when it was opened with
-- other limits. Inline accounts get their balance row here, because a missing row cannot be locked.
CREATE OR REPLACE FUNCTION sluice.open_account(
    a_id uuid, a_book smallint, a_gl text, a_owner text, a_currency text, a_dims text,
    a_floor bigint, a_ceil bigint
) RETURNS text
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = sluice, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    opened boolean;
    template gl;
BEGIN
    SELECT * INTO STRICT template FROM gl WHERE code = a_gl;
    INSERT INTO account (id, book, gl, owner, currency, dims)
    VALUES (a_id, a_book, a_gl, a_owner, a_currency, a_dims)
    ON CONFLICT DO NOTHING;
    opened := FOUND;
    IF NOT opened THEN
        PERFORM 1 FROM account a
        WHERE a.id = a_id AND a.book = a_book AND a.gl = a_gl AND a.owner = a_owner
            AND a.currency = a_currency AND a.dims = a_dims;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'account % does not have the id of its key', a_id
                USING ERRCODE = 'SL005';
        END IF;
    END IF;
    IF template.bal_mode = 'inline' THEN
        INSERT INTO balance (account_id, currency, sign, floor, ceil)
        VALUES (a_id, a_currency, template.normal_side, a_floor, a_ceil)
        ON CONFLICT DO NOTHING;
        PERFORM 1 FROM balance b
        WHERE b.account_id = a_id AND b.floor IS NOT DISTINCT FROM a_floor
            AND b.ceil IS NOT DISTINCT FROM a_ceil;
        IF NOT FOUND THEN
            RETURN 'conflict';
        END IF;
    END IF;
    RETURN CASE WHEN opened THEN 'opened' ELSE 'exists' END;
END
$$;

-- What an account is worth now, on its normal side. Inline: the row. Deferred: the folded balance
-- and the entries since, exact at every moment because one snapshot sees both. A mark ahead of
-- every running transaction came with the books from another server and is worth nothing until
-- the next fold; then the entries alone tell.
CREATE OR REPLACE FUNCTION sluice.ledger_balance(a_id uuid)
RETURNS TABLE (balance bigint, held bigint, floor bigint)
LANGUAGE sql
STABLE
SET search_path = sluice, pg_temp
SET enable_seqscan = off
SET jit = off
AS $$
    SELECT b.sign * (b.dr - b.cr), b.held, b.floor FROM balance b WHERE b.account_id = a_id
    UNION ALL
    SELECT
        (g.normal_side * (
            coalesce(
                (
                    SELECT f.dr - f.cr FROM folded_balance f
                    WHERE f.account_id = a.id AND m.below > 0
                ), 0
            ) + coalesce((
                SELECT sum(l.amount)
                FROM (
                    SELECT unnest(j.accounts) AS account_id, unnest(j.amounts) AS amount
                    FROM journal j
                    WHERE j.xid >= m.below
                ) l
                WHERE l.account_id = a.id
            ), 0)
        ))::bigint,
        0::bigint,
        NULL::bigint
    FROM account a
    JOIN gl g ON g.code = a.gl
    CROSS JOIN (
        SELECT CASE
            WHEN k.below <= pg_snapshot_xmin(pg_current_snapshot())::text::bigint THEN k.below
            ELSE 0
        END AS below
        FROM fold_mark k
    ) m
    WHERE a.id = a_id AND NOT EXISTS (SELECT 1 FROM balance b WHERE b.account_id = a_id)
$$;

-- The amounts as a journal keeps them: a debit above zero, a credit below; NULL, which no journal
-- takes, for what is no amount or no side.
CREATE OR REPLACE FUNCTION sluice.signed_amounts(e_side smallint[], e_amount bigint[])
RETURNS bigint[]
LANGUAGE sql
IMMUTABLE
AS $$
    SELECT array_agg(
        CASE WHEN e.amount > 0 AND e.side IN (1, -1) THEN e.side * e.amount END ORDER BY e.n
    )
    FROM unnest(e_side, e_amount) WITH ORDINALITY AS e (side, amount, n)
$$;

-- 'same', 'other', or NULL when there is no such journal yet.
CREATE OR REPLACE FUNCTION sluice.compare_journal(
    j_id uuid, j_event text, j_reverses uuid, e_account uuid[], e_side smallint[], e_amount bigint[]
) RETURNS text
LANGUAGE sql
SET search_path = sluice, pg_temp
AS $$
    SELECT CASE
        WHEN j.event = j_event AND j.reverses IS NOT DISTINCT FROM j_reverses
            AND j.accounts = e_account AND j.amounts = signed_amounts(e_side, e_amount)
        THEN 'same' ELSE 'other'
    END
    FROM journal j
    WHERE j.id = j_id
$$;

-- Posts one journal; its book and currency are its accounts'. Returns one row:
-- 'posted'; 'repeated' (the same journal was posted before: nothing happens); 'conflict' (the id
-- was used for other lines); 'account_not_found', 'account_closed', 'insufficient_balance',
-- 'over_limit' with the account concerned; 'already_reversed'. Everything but 'posted' changes
-- nothing. Lines that do not balance, and accounts of two books or currencies, are an exception.
CREATE OR REPLACE FUNCTION sluice.post_journal(
    j_id uuid, j_event text, j_order uuid, j_run uuid, j_effective timestamptz, j_actor text,
    j_reverses uuid, e_account uuid[], e_side smallint[], e_amount bigint[]
) RETURNS TABLE (result text, refused_account uuid)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = sluice, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    earlier text;
    found_row record;
    kept_in record;
BEGIN
    earlier := compare_journal(j_id, j_event, j_reverses, e_account, e_side, e_amount);
    IF earlier IS NULL THEN
        -- One order of locks everywhere: balances by account.
        PERFORM 1 FROM balance b WHERE b.account_id = ANY (e_account)
            ORDER BY b.account_id FOR NO KEY UPDATE;
        -- Whoever posted the same journal meanwhile has let go of the locks: look again.
        earlier := compare_journal(j_id, j_event, j_reverses, e_account, e_side, e_amount);
    END IF;
    IF earlier IS NOT NULL THEN
        RETURN QUERY
            SELECT CASE earlier WHEN 'same' THEN 'repeated' ELSE 'conflict' END, NULL::uuid;
        RETURN;
    END IF;
    SELECT r.account, r.reason INTO found_row
    FROM journal_refusals(e_account, e_side, e_amount) AS r (account, reason)
    LIMIT 1;
    IF FOUND THEN
        RETURN QUERY SELECT found_row.reason, found_row.account;
        RETURN;
    END IF;
    IF EXISTS (SELECT 1 FROM journal j WHERE j.reverses = j_reverses) THEN
        RETURN QUERY SELECT 'already_reversed', NULL::uuid;
        RETURN;
    END IF;
    SELECT count(DISTINCT (a.book, a.currency)) AS n, min(a.book) AS book,
        min(a.currency) AS currency
    INTO kept_in
    FROM account a
    WHERE a.id = ANY (e_account);
    IF kept_in.n > 1 THEN
        RAISE EXCEPTION 'journal % has accounts of several books or currencies', j_id
            USING ERRCODE = 'SL002';
    END IF;
    INSERT INTO journal (
        id, event, order_id, run_id, book_date, effective_at, reverses, actor, book, currency,
        accounts, amounts
    ) VALUES (
        j_id, j_event, j_order, j_run, (now() AT TIME ZONE 'UTC')::date, j_effective, j_reverses,
        j_actor, kept_in.book, kept_in.currency, e_account, signed_amounts(e_side, e_amount)
    )
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        -- Two at once, and no balance row between them to make the second wait.
        earlier := compare_journal(j_id, j_event, j_reverses, e_account, e_side, e_amount);
        RETURN QUERY SELECT CASE earlier
            WHEN 'same' THEN 'repeated' WHEN 'other' THEN 'conflict' ELSE 'already_reversed'
        END, NULL::uuid;
        RETURN;
    END IF;
    PERFORM move_balances(j_id, e_account, e_side, e_amount);
    RETURN QUERY SELECT 'posted', NULL::uuid;
END
$$;

-- The accounts of a journal that cannot take their lines, and why. Called with the balances locked.
CREATE OR REPLACE FUNCTION sluice.journal_refusals(
    e_account uuid[], e_side smallint[], e_amount bigint[]
) RETURNS TABLE (account uuid, reason text)
LANGUAGE sql
SET search_path = sluice, pg_temp
AS $$
    SELECT d.account, r.reason
    FROM (
        SELECT e.account, sum(e.side * e.amount) AS change
        FROM unnest(e_account, e_side, e_amount) AS e (account, side, amount)
        GROUP BY e.account
    ) d
    LEFT JOIN account a ON a.id = d.account
    LEFT JOIN balance b ON b.account_id = d.account
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN a.id IS NULL THEN 'account_not_found'
            WHEN a.status <> 'open' THEN 'account_closed'
            WHEN b.sign * (b.dr - b.cr + d.change) - b.held < b.floor THEN 'insufficient_balance'
            WHEN b.sign * (b.dr - b.cr + d.change) > b.ceil THEN 'over_limit'
        END AS reason
    ) r
    WHERE r.reason IS NOT NULL
    ORDER BY d.account
$$;

-- Moves the inline accounts of a journal and numbers their entries.
CREATE OR REPLACE FUNCTION sluice.move_balances(
    j_id uuid, e_account uuid[], e_side smallint[], e_amount bigint[]
) RETURNS void
LANGUAGE sql
SET search_path = sluice, pg_temp
AS $$
    WITH line AS (
        SELECT e.n::smallint AS n, e.account, e.side, e.amount,
            row_number() OVER (PARTITION BY e.account ORDER BY e.n) AS turn
        FROM unnest(e_account, e_side, e_amount) WITH ORDINALITY AS e (account, side, amount, n)
    ), moved AS (
        UPDATE balance b SET dr = b.dr + d.dr, cr = b.cr + d.cr, seq = b.seq + d.n
        FROM (
            SELECT l.account, count(*) AS n,
                coalesce(sum(l.amount) FILTER (WHERE l.side = 1), 0)::bigint AS dr,
                coalesce(sum(l.amount) FILTER (WHERE l.side = -1), 0)::bigint AS cr
            FROM line l
            GROUP BY l.account
        ) d
        WHERE b.account_id = d.account
        RETURNING b.account_id, b.seq - d.n AS base
    )
    INSERT INTO account_entry (account_id, number, journal_id, line)
    SELECT l.account, m.base + l.turn, j_id, l.n
    FROM line l
    JOIN moved m ON m.account_id = l.account
$$;

-- Closes an account and returns true, also when it was closed already; false when there is none.
-- Money and holds on it stay: a capture of such a hold is refused later, a release is not.
CREATE OR REPLACE FUNCTION sluice.close_account(a_id uuid) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = sluice, pg_temp
AS $$
BEGIN
    -- Postings move this row only while it is open, so none that comes later can miss it.
    UPDATE balance SET open = false WHERE account_id = a_id;
    UPDATE account SET status = 'closed' WHERE id = a_id;
    RETURN FOUND;
END
$$;
