-- Each journal has exactly the lines it announces; none is empty.
SELECT j.id, j.event, j.n_lines, count(e.line) AS lines
FROM sluice.journal j
LEFT JOIN sluice.entry e ON e.journal_id = j.id
GROUP BY j.id, j.event, j.n_lines
HAVING count(e.line) <> j.n_lines;
