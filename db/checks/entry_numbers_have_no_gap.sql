-- The entries of an inline account are numbered 1, 2, 3 ... up to the balance row's seq; those of
-- any other account carry no number.
SELECT b.account_id, b.seq, count(e.acct_seq) AS numbered, max(e.acct_seq) AS last
FROM sluice.balance b
LEFT JOIN sluice.entry e ON e.account_id = b.account_id
GROUP BY b.account_id, b.seq
HAVING count(e.acct_seq) <> b.seq OR coalesce(max(e.acct_seq), 0) <> b.seq
    OR count(*) FILTER (WHERE e.journal_id IS NOT NULL) <> count(e.acct_seq)
UNION ALL
SELECT e.account_id, NULL, count(*), max(e.acct_seq)
FROM sluice.entry e
LEFT JOIN sluice.balance b ON b.account_id = e.account_id
WHERE e.acct_seq IS NOT NULL AND b.account_id IS NULL
GROUP BY e.account_id;
