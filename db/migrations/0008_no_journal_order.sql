-- No statement looks for journals by their order: they lie beside the id of their payment, see
-- functions/ids.sql. Every payment paid for this index.
DROP INDEX sluice.journal_order;
