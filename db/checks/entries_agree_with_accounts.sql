-- Each entry is in its account's book and currency, each inline account has a balance row, and the
-- row says of the account what the account says.
SELECT e.journal_id, e.line, e.account_id, e.book, e.currency
FROM sluice.entry e
LEFT JOIN sluice.account a ON a.id = e.account_id
WHERE a.id IS NULL OR a.book <> e.book OR a.currency <> e.currency
UNION ALL
SELECT NULL, NULL, a.id, a.book, a.currency
FROM sluice.account a
JOIN sluice.gl g ON g.code = a.gl
LEFT JOIN sluice.balance b ON b.account_id = a.id
WHERE (g.bal_mode = 'inline') <> (b.account_id IS NOT NULL)
    OR b.currency <> a.currency OR b.open <> (a.status = 'open');
