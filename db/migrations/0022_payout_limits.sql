-- Sums that payouts are limited by. A row is what was taken and did not come back:
--   merchant_day  of a merchant in one of his days
--   payee_day     to one payee in such a day; about: a keyed hash of what identifies him
--   order         to make one order good, in all its days; about: the order, day: infinity
-- The limits themselves are said by a policy, payout by payout. Written by commit_batch alone.
CREATE TABLE sluice.payout_sum (
    merchant_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('merchant_day', 'payee_day', 'order')),
    about text NOT NULL,
    currency text NOT NULL,
    day date NOT NULL,
    amount sluice.not_negative NOT NULL,
    PRIMARY KEY (merchant_id, kind, about, currency, day),
    CHECK ((kind = 'order') = (day = 'infinity'))
) WITH (fillfactor = 50);
-- What was made good of an order, for those who look at the order.
CREATE INDEX payout_sum_order ON sluice.payout_sum (about) WHERE kind = 'order';

-- What waits for people, by kind and age.
CREATE INDEX money_case_open ON sluice.money_case (kind, opened_at) WHERE status = 'open';

-- The merchant's day in which a payout counts; NULL: it does not, or does not any more.
ALTER TABLE sluice.payout
    ADD COLUMN counted_on date,
    ADD CONSTRAINT payout_counts_while_it_may_have_gone CHECK (
        counted_on IS NULL OR status IN ('pending', 'succeeded')
    );
