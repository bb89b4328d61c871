-- Debits equal credits in each book and currency, and in each journal.
SELECT 'book ' || book AS scope, currency, sum(side * amount) AS difference
FROM sluice.entry
GROUP BY book, currency
HAVING sum(side * amount) <> 0
UNION ALL
SELECT 'journal ' || journal_id, currency, sum(side * amount)
FROM sluice.entry
GROUP BY journal_id, book, currency
HAVING sum(side * amount) <> 0;
