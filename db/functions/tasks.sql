-- What a batch brings of tasks, in the document that write_services takes:
--   tasks         that are opened (id, about, merchant, service, kind, title_en, title_zh, role,
--                 needed, form, currency, amount, due, escalates, escalate_role, ends: a case)
--   task_changes  of each task one, as the activation left it (id, status, escalated, values)
--   votes         that count (task, actor, verdict, values, note, and the sealed payee if one is
--                 named)
--   closed_cases  whose money is known again (id)
CREATE OR REPLACE FUNCTION sluice.write_tasks(
    w jsonb, refused integer[], r_run uuid[], r_at timestamptz[]
) RETURNS void
LANGUAGE plpgsql
SET search_path = sluice, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
BEGIN
    INSERT INTO task (
        id, run_id, merchant_id, service, kind, title_en, title_zh, role, needed, form, about_id,
        currency, amount, opened_at, due_at, escalates_at, escalate_role, case_id
    )
    SELECT t.id, r_run[t.i], t.merchant, t.service, t.kind, t.title_en, t.title_zh, t.role,
        t.needed, t.form, t.about, t.currency, t.amount, r_at[t.i], t.due, t.escalates,
        t.escalate_role, t.ends
    FROM jsonb_to_recordset(w -> 'tasks') AS t (
        i integer, id uuid, about uuid, merchant text, service text, kind text, title_en text,
        title_zh text, role text, needed smallint, form text, currency text, amount bigint,
        due timestamptz, escalates timestamptz, escalate_role text, ends uuid
    )
    WHERE t.i <> ALL (refused);
    UPDATE task x SET
        status = c.status, escalated = c.escalated, decided_values = c.values,
        decided_at = CASE WHEN c.status <> 'open' THEN r_at[c.i] END
    FROM jsonb_to_recordset(w -> 'task_changes') AS c (
        i integer, id uuid, status text, escalated boolean, "values" text
    )
    WHERE x.id = c.id AND x.status = 'open' AND c.i <> ALL (refused);
    INSERT INTO task_vote (task_id, actor, verdict, vote_values, note, at, payee)
    SELECT v.task, v.actor, v.verdict, v.values, v.note, r_at[v.i], v.payee
    FROM jsonb_to_recordset(w -> 'votes') AS v (
        i integer, task uuid, actor text, verdict text, "values" text, note text, payee text
    )
    WHERE v.i <> ALL (refused);
    UPDATE money_case x SET status = 'closed', resolved_at = r_at[c.i]
    FROM jsonb_to_recordset(w -> 'closed_cases') AS c (i integer, id uuid)
    WHERE x.id = c.id AND c.i <> ALL (refused);
END
$$;
