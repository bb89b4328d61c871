-- Each journal has at least two lines, and each line an account and an amount. A CHECK of the table
-- says so too; this looks at what is there, whoever may have taken the CHECK away meanwhile.
SELECT id, event, accounts, amounts
FROM sluice.journal
WHERE cardinality(amounts) < 2 OR cardinality(accounts) <> cardinality(amounts)
    OR array_position(accounts, NULL) IS NOT NULL OR array_position(amounts, NULL) IS NOT NULL;
