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
REVOKE EXECUTE ON FUNCTION sluice.insert_entries, sluice.refuse_change, sluice.check_entries
    FROM sluice_app;

-- What the program writes itself, outside the functions. The ledger's tables, orders, payments,
-- instructions and the journal of runs are not among them.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'flow_run', 'late_fact', 'quarantine', 'release', 'node', 'bucket_owner', 'idempotency_key'
    ] LOOP
        IF to_regclass('sluice.' || name) IS NOT NULL THEN
            EXECUTE format('GRANT INSERT, UPDATE, DELETE ON sluice.%I TO sluice_app', name);
        END IF;
    END LOOP;
END
$$;
