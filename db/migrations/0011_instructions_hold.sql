-- An internal instruction is the hold: while it is pending, the balance row of its account keeps
-- its amount back; captured it has succeeded, released it is released. The row beside it said the
-- same a second time, and every payment wrote it twice.
DO $$
BEGIN
    IF EXISTS (
        SELECT 1
        FROM sluice.hold h
        LEFT JOIN sluice.instruction i ON i.id = h.id
        WHERE (i.account_id, i.amount, i.status = 'pending')
            IS DISTINCT FROM (h.account_id, h.amount, h.status = 'held')
    ) THEN
        RAISE EXCEPTION 'a hold and its instruction do not agree: db/checks of before tell more';
    END IF;
END
$$;
DROP TABLE sluice.hold;
