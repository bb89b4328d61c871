-- The ways of a refund.

-- How many refunds of a collected instruction its channel has taken: some take only so many.
-- What a refund gave to an account may leave again as an external one, under the same cap.
ALTER TABLE sluice.instruction
    ADD COLUMN refund_parts integer NOT NULL DEFAULT 0 CHECK (refund_parts >= 0),
    DROP CONSTRAINT instruction_refunds_what_came,
    ADD CONSTRAINT instruction_refunds_what_came CHECK (
        refunded = 0 OR (purpose = 'collect' AND status IN ('succeeded', 'returned', 'surplus'))
        OR (purpose = 'refund' AND kind = 'internal' AND status = 'succeeded')
    );
