-- What the payment path does not need to write.

-- check_entries() already refuses entries of a journal that does not exist, once a statement; the
-- reference looked it up, and locked it, once a row.
ALTER TABLE sluice.entry DROP CONSTRAINT entry_journal_id_fkey;

-- Bodies are stored compressed; the first byte says with which dictionary, 0 is none.
ALTER TABLE sluice.flow_journal
    ALTER COLUMN body TYPE bytea USING '\x00'::bytea || convert_to(body, 'UTF8');
ALTER TABLE sluice.flow_journal ALTER COLUMN body SET STORAGE EXTERNAL;

-- Hardly any journal reverses another: those that do not need no entry in an index.
ALTER TABLE sluice.journal DROP CONSTRAINT journal_reverses_key;
CREATE UNIQUE INDEX journal_reverses ON sluice.journal (reverses) WHERE reverses IS NOT NULL;

-- Each of these rows is changed once or twice soon after it was written: with room for that in its
-- page, no index has to be written again.
ALTER TABLE sluice.payment SET (fillfactor = 50);
ALTER TABLE sluice.instruction SET (fillfactor = 50);
ALTER TABLE sluice.orders SET (fillfactor = 50);
ALTER TABLE sluice.hold SET (fillfactor = 50);
