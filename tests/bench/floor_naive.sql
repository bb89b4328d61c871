-- One payment at a time, two transactions: the intent, then its result. For pgbench -n -M prepared
-- with -D first=NUMBER, which keeps the order numbers of two runs apart.
\set n :n + 1
\set number :first + :client_id * 100000000 + :n
\set merchant random(1, 100)
\set card random(1001, 2000)
\set channel random(1, 5)
BEGIN;
INSERT INTO floor.orders (order_number, merchant_id, card_id, amount, card_amount, channel_amount)
VALUES ('O' || :number::bigint, :merchant, :card, 10000, 3000, 7000);
INSERT INTO floor.run (run_number, flow) VALUES ('R' || :number::bigint, 'pay');
INSERT INTO floor.instruction (order_number, leg, channel, amount)
VALUES ('O' || :number::bigint, 1, :channel, 7000);
COMMIT;
BEGIN;
UPDATE floor.instruction
SET state = 1, channel_reference = 'T' || :number::bigint, updated_at = now()
WHERE order_number = 'O' || :number::bigint AND leg = 1 AND state = 0;
UPDATE floor.account SET balance = balance - 3000, version = version + 1
WHERE account_id = :card AND balance >= 3000;
INSERT INTO floor.entry (order_number, line, account_id, amount)
VALUES ('O' || :number::bigint, 1, :card, -3000),
       ('O' || :number::bigint, 2, :merchant, 3000),
       ('O' || :number::bigint, 3, 200 + :channel, -7000),
       ('O' || :number::bigint, 4, :merchant, 7000);
UPDATE floor.orders SET status = 1, updated_at = now()
WHERE order_number = 'O' || :number::bigint AND status = 0;
INSERT INTO floor.event (order_number, kind, body)
VALUES ('O' || :number::bigint, 'payment.succeeded',
        '{"order":"O' || :number::bigint || '","status":"succeeded","amount":10000}');
COMMIT;
