-- The entries of an inline account are numbered 1, 2, 3 ... up to the balance row's seq, and each
-- is another line of a journal that names the account; no line is left out, and no other account
-- has numbers.
SELECT b.account_id, b.seq, count(e.number) AS numbered, max(e.number) AS last
FROM sluice.balance b
LEFT JOIN sluice.account_entry e ON e.account_id = b.account_id
GROUP BY b.account_id, b.seq
HAVING count(e.number) <> b.seq OR coalesce(max(e.number), 0) <> b.seq
UNION ALL
SELECT coalesce(n.account_id, l.account_id), n.number, l.line, n.line
FROM sluice.account_entry n
FULL JOIN (
    SELECT e.journal_id, e.line, e.account_id
    FROM sluice.entry e
    JOIN sluice.balance b ON b.account_id = e.account_id
) l ON l.journal_id = n.journal_id AND l.line = n.line AND l.account_id = n.account_id
WHERE n.account_id IS NULL OR l.account_id IS NULL
UNION ALL
SELECT account_id, count(*), NULL, min(line)
FROM sluice.account_entry
GROUP BY account_id, journal_id, line
HAVING count(*) > 1;
