-- Who may do what. Applied after the functions; safe to apply again.
DO $$
BEGIN
    CREATE ROLE sluice_app NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END
$$;
-- The login that owns the schema continues its sessions as this role.
DO $$
BEGIN
    IF NOT pg_has_role(current_user, 'sluice_app', 'MEMBER') THEN
        EXECUTE format('GRANT sluice_app TO %I', current_user);
    END IF;
END
$$;

REVOKE ALL ON ALL TABLES IN SCHEMA sluice FROM sluice_app;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA sluice FROM PUBLIC;
GRANT USAGE ON SCHEMA sluice TO sluice_app;
GRANT SELECT ON ALL TABLES IN SCHEMA sluice TO sluice_app;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA sluice TO sluice_app;
-- These would let their caller pass by the checks of the function they belong to; being called by
-- it, they run with its rights.
REVOKE EXECUTE ON FUNCTION sluice.move_balances, sluice.refuse_change
    FROM sluice_app;

-- What the program writes itself, outside the functions: nothing of the ledger, no payment, no
-- instruction, no journal of a run; an order only by adding it.
DO $$
DECLARE
    wanted record;
BEGIN
    FOR wanted IN
        SELECT * FROM (VALUES
            ('orders', 'INSERT'), ('money_case', 'INSERT'), ('late_fact', 'INSERT'),
            ('quarantine', 'INSERT'), ('release', 'INSERT'), ('idempotency_key', 'INSERT'),
            ('flow_run', 'UPDATE'), ('node', 'INSERT, UPDATE, DELETE'),
            ('bucket_owner', 'INSERT, UPDATE, DELETE'),
            ('webhook_endpoint', 'INSERT, UPDATE, DELETE'), ('delivery', 'UPDATE, DELETE'),
            ('payout_batch', 'INSERT'), ('payout_batch_line', 'INSERT, UPDATE'),
            ('seen_signature', 'INSERT, UPDATE, DELETE'),
            ('channel_account', 'INSERT, UPDATE'), ('channel_account_version', 'INSERT'),
            ('channel_secret', 'INSERT'), ('channel_account_change', 'INSERT'),
            ('channel_account_mark', 'UPDATE')
        ) AS t (name, rights)
    LOOP
        IF to_regclass('sluice.' || wanted.name) IS NOT NULL THEN
            EXECUTE format('GRANT %s ON sluice.%I TO sluice_app', wanted.rights, wanted.name);
        END IF;
    END LOOP;
END
$$;
