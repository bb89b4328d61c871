-- Adds what was posted on deferred accounts by transactions that are over to the folded balances,
-- at most so many transactions further, and says how many are left to look at. Does nothing while
-- another session folds. Nobody who posts waits for it.
CREATE OR REPLACE FUNCTION sluice.fold_balances(f_transactions bigint) RETURNS bigint
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
    SELECT m.below INTO since FROM fold_mark m FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    oldest_running := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
    IF since > oldest_running THEN
        -- The books came from another server, whose transactions were counted further: begin anew.
        DELETE FROM folded_balance;
        SELECT least(oldest_running, min(j.xid)) INTO since FROM journal j;
    END IF;
    until := least(oldest_running, since + f_transactions);
    INSERT INTO folded_balance AS f (account_id, dr, cr)
    SELECT l.account_id, coalesce(sum(l.amount) FILTER (WHERE l.amount > 0), 0),
        coalesce(-sum(l.amount) FILTER (WHERE l.amount < 0), 0)
    FROM (
        SELECT unnest(j.accounts) AS account_id, unnest(j.amounts) AS amount
        FROM journal j
        WHERE j.xid >= since AND j.xid < until
    ) l
    GROUP BY l.account_id
    HAVING NOT EXISTS (SELECT 1 FROM balance b WHERE b.account_id = l.account_id)
    ORDER BY l.account_id
    ON CONFLICT (account_id) DO UPDATE SET dr = f.dr + excluded.dr, cr = f.cr + excluded.cr;
    UPDATE fold_mark SET below = until;
    -- Autovacuum comes once a minute at best; until a page is in the index every reader of young
    -- journals looks at it. Where a vacuum is at work already it does this too.
    BEGIN
        LOCK TABLE journal IN SHARE UPDATE EXCLUSIVE MODE NOWAIT;
        PERFORM brin_summarize_new_values('journal_xid');
    EXCEPTION WHEN lock_not_available THEN
        NULL;
    END;
    RETURN oldest_running - until;
END
$$;
