-- What an event is about stands in the row of its object, which does not change after its end.
ALTER TABLE sluice.event DROP COLUMN payload;

-- Instructions lie beside each other under their payment; one index finds them by both. By the id
-- alone they are found through the ids beside it, see functions/ids.sql.
ALTER TABLE sluice.instruction DROP CONSTRAINT instruction_pkey;
DROP INDEX sluice.instruction_payment;
ALTER TABLE sluice.instruction ADD PRIMARY KEY (payment_id, id);
