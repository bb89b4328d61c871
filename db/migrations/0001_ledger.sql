-- The ledger: chart of accounts, accounts, balances, journals, entries, holds. Amounts are minor
-- units. Account ids are derived from the natural key by the program; SQL never makes one.

CREATE TABLE sluice.book (
    id smallint PRIMARY KEY,
    kind text NOT NULL UNIQUE CHECK (kind IN ('own', 'custody', 'memo'))
);
INSERT INTO sluice.book (id, kind) VALUES (1, 'own'), (2, 'custody'), (3, 'memo');

-- zero_by: when the account must be back at zero, which drives the aging alarms.
-- bal_mode: inline accounts have a balance row with a floor, moved by every posting; the balance of
-- a deferred account is the sum of its entries, so a hot one is never a lock.
CREATE TABLE sluice.gl (
    code text PRIMARY KEY,
    name_en text NOT NULL,
    name_zh text NOT NULL,
    class text NOT NULL CHECK (class IN ('A', 'L', 'I', 'E')),
    normal_side smallint NOT NULL CHECK (normal_side IN (1, -1)),
    zero_by text,
    bal_mode text NOT NULL CHECK (bal_mode IN ('inline', 'deferred')),
    CHECK (normal_side = CASE WHEN class IN ('A', 'E') THEN 1 ELSE -1 END)
);
INSERT INTO sluice.gl (code, name_en, name_zh, class, normal_side, zero_by, bal_mode) VALUES
    ('1001', 'Own bank', '自有银行存款', 'A', 1, 'statement', 'deferred'),
    ('1002', 'Custody bank', '备付金存款', 'A', 1, 'statement', 'deferred'),
    ('1101', 'Payment in transit', '支付在途', 'A', 1, 'day', 'deferred'),
    ('1102', 'Cash in transit', '资金在途', 'A', 1, 'batch', 'deferred'),
    ('1103', 'Channel float', '渠道运营账户', 'A', 1, 'statement', 'deferred'),
    ('1201', 'Merchant receivable', '应收商户款', 'A', 1, 'aged', 'deferred'),
    ('1202', 'Compensation recoverable', '应收赔付款', 'A', 1, 'aged', 'deferred'),
    ('1301', 'Short suspense', '短款挂账', 'A', 1, 'case', 'deferred'),
    ('1901', 'Due from other book', '账簿间应收', 'A', 1, 'day', 'deferred'),
    ('2001', 'User balance', '用户余额', 'L', -1, NULL, 'inline'),
    ('2002', 'Prepaid card', '预付卡', 'L', -1, NULL, 'inline'),
    ('2101', 'Merchant pending', '商户待结算', 'L', -1, NULL, 'deferred'),
    ('2102', 'Merchant available', '商户可用余额', 'L', -1, NULL, 'inline'),
    ('2103', 'Other receivers', '其他收款方', 'L', -1, NULL, 'deferred'),
    ('2201', 'Order holding', '订单暂存', 'L', -1, 'case', 'deferred'),
    ('2202', 'Refund payable', '应付退款', 'L', -1, 'case', 'deferred'),
    ('2203', 'Payout in process', '付款处理中', 'L', -1, 'case', 'deferred'),
    ('2204', 'Duplicate payment payable', '重复支付应付', 'L', -1, 'case', 'deferred'),
    ('2205', 'Split in process', '分账处理中', 'L', -1, 'case', 'deferred'),
    ('2301', 'Long suspense', '长款挂账', 'L', -1, 'case', 'deferred'),
    ('2302', 'Unidentified receipt', '不明来款', 'L', -1, 'case', 'deferred'),
    ('2401', 'Channel fee to be invoiced', '应付渠道手续费', 'L', -1, 'month', 'deferred'),
    ('2901', 'Due to other book', '账簿间应付', 'L', -1, 'day', 'deferred'),
    ('4001', 'Commission', '佣金收入', 'I', -1, NULL, 'deferred'),
    ('4002', 'Service fee', '服务费收入', 'I', -1, NULL, 'deferred'),
    ('4901', 'Aged long gain', '长款转收益', 'I', -1, NULL, 'deferred'),
    ('5001', 'Channel cost', '渠道成本', 'E', 1, NULL, 'deferred'),
    ('5002', 'Compensation', '赔付支出', 'E', 1, NULL, 'deferred'),
    ('5003', 'Subsidy', '补贴支出', 'E', 1, NULL, 'deferred'),
    ('5901', 'Short loss', '短款损失', 'E', 1, NULL, 'deferred'),
    ('5902', 'Rounding', '尾差', 'E', 1, NULL, 'deferred');

CREATE TABLE sluice.account (
    id uuid PRIMARY KEY,
    book smallint NOT NULL REFERENCES sluice.book,
    gl text NOT NULL REFERENCES sluice.gl,
    owner text NOT NULL,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    dims text NOT NULL DEFAULT '',
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed')),
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (book, gl, owner, currency, dims)
);

-- Two counters that only grow and no signed balance: turnover is a subtraction, and a counter that
-- fell proves tampering. The limits sit on the row they limit, holds included. Nothing that moves
-- is indexed and pages keep room, so that updates stay within their page.
CREATE TABLE sluice.balance (
    account_id uuid PRIMARY KEY REFERENCES sluice.account,
    sign smallint NOT NULL CHECK (sign IN (1, -1)),
    floor bigint,
    ceil bigint,
    dr bigint NOT NULL DEFAULT 0 CHECK (dr >= 0),
    cr bigint NOT NULL DEFAULT 0 CHECK (cr >= 0),
    held bigint NOT NULL DEFAULT 0 CHECK (held >= 0),
    seq bigint NOT NULL DEFAULT 0 CHECK (seq >= 0),
    CONSTRAINT balance_keeps_floor CHECK (floor IS NULL OR sign * (dr - cr) - held >= floor),
    CONSTRAINT balance_keeps_ceil CHECK (ceil IS NULL OR sign * (dr - cr) <= ceil)
) WITH (fillfactor = 40);

CREATE TABLE sluice.journal (
    id uuid PRIMARY KEY,
    event text NOT NULL,
    order_id uuid,
    run_id uuid,
    book_date date NOT NULL,
    effective_at timestamptz NOT NULL,
    posted_at timestamptz NOT NULL DEFAULT now(),
    n_lines smallint NOT NULL CHECK (n_lines >= 2),
    reverses uuid UNIQUE REFERENCES sluice.journal,
    actor text NOT NULL
);
-- How the postings of an order are found, those on deferred accounts included.
CREATE INDEX journal_order ON sluice.journal (order_id) WHERE order_id IS NOT NULL;

-- side: 1 debit, -1 credit. acct_seq counts the entries of an inline account without a gap; a gap
-- is a deleted row. The account is not a foreign key: for inline accounts the balance row that
-- moved stands for it, and db/checks looks at the rest.
CREATE TABLE sluice.entry (
    journal_id uuid NOT NULL REFERENCES sluice.journal,
    line smallint NOT NULL,
    account_id uuid NOT NULL,
    book smallint NOT NULL,
    currency text NOT NULL,
    side smallint NOT NULL CHECK (side IN (1, -1)),
    amount bigint NOT NULL CHECK (amount > 0 AND amount <= 9000000000000000),
    acct_seq bigint CHECK (acct_seq > 0),
    PRIMARY KEY (journal_id, line)
);
-- The statement of an inline account, newest first. Deferred accounts take no index: they are
-- written by every payment and read by order, through journal_order.
CREATE UNIQUE INDEX entry_account_seq ON sluice.entry (account_id, acct_seq)
    WHERE acct_seq IS NOT NULL;

CREATE TABLE sluice.hold (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0 AND amount <= 9000000000000000),
    captured bigint NOT NULL DEFAULT 0 CHECK (captured >= 0),
    released bigint NOT NULL DEFAULT 0 CHECK (released >= 0),
    status text NOT NULL DEFAULT 'held' CHECK (status IN ('held', 'captured', 'released')),
    order_id uuid NOT NULL,
    expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT hold_never_overdrawn CHECK (captured + released <= amount)
) WITH (fillfactor = 70);

-- Every way in, psql included: the lines of a journal arrive in one statement, they are as many as
-- the journal says, and they balance in each book and currency.
CREATE FUNCTION sluice.check_entries() RETURNS trigger
LANGUAGE plpgsql
SET search_path = sluice, pg_temp
SET plan_cache_mode = force_generic_plan
-- The plan is made once, perhaps on an empty table, and must stay right on a large one.
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
    broken uuid;
BEGIN
    SELECT f.journal_id INTO broken
    FROM fresh f
    GROUP BY f.journal_id, f.book, f.currency
    HAVING sum(f.side * f.amount) <> 0
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'journal % does not balance', broken USING ERRCODE = 'SL002';
    END IF;
    SELECT f.journal_id INTO broken
    FROM (
        SELECT journal_id, count(*) AS n, min(line) AS first, max(line) AS last
        FROM fresh
        GROUP BY journal_id
    ) f
    WHERE f.first <> 1 OR f.last <> f.n
        OR f.n IS DISTINCT FROM (SELECT j.n_lines FROM journal j WHERE j.id = f.journal_id)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'journal % does not have the lines it announces', broken
            USING ERRCODE = 'SL003';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER entry_balances AFTER INSERT ON sluice.entry
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION sluice.check_entries();
ALTER TABLE sluice.entry ENABLE ALWAYS TRIGGER entry_balances;

CREATE FUNCTION sluice.refuse_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: what was posted stays; reverse it by another journal',
        TG_OP, TG_TABLE_NAME USING ERRCODE = 'SL004';
END
$$;
CREATE TRIGGER journal_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON sluice.journal
    FOR EACH STATEMENT EXECUTE FUNCTION sluice.refuse_change();
ALTER TABLE sluice.journal ENABLE ALWAYS TRIGGER journal_stays;
CREATE TRIGGER entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON sluice.entry
    FOR EACH STATEMENT EXECUTE FUNCTION sluice.refuse_change();
ALTER TABLE sluice.entry ENABLE ALWAYS TRIGGER entry_stays;
