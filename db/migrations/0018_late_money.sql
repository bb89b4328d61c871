-- Money that moves against what was known.

-- `surplus`: it had ended without money, and the money came after all.
ALTER TABLE sluice.instruction
    DROP CONSTRAINT instruction_status_check,
    ADD CONSTRAINT instruction_status_check CHECK (status IN (
        'created', 'pending', 'unknown', 'succeeded', 'refused', 'closed', 'released', 'conflicted',
        'returned', 'surplus'
    ));

-- refund_id: of a surplus, the refund that gives it back, as soon as it has begun.
ALTER TABLE sluice.money_case
    ADD COLUMN refund_id uuid;
CREATE INDEX money_case_run ON sluice.money_case (run_id);
-- By day, for finance.
CREATE INDEX money_case_surplus ON sluice.money_case (opened_at, id) WHERE kind = 'surplus';
-- What the owner of a bucket looks for: few at any time.
CREATE INDEX money_case_unrefunded ON sluice.money_case (id)
    WHERE kind = 'surplus' AND status = 'open' AND refund_id IS NULL;
