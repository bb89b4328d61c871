# shellcheck shell=bash
# What ./dev bench measures beside payments: refunds, payouts, one order that everybody refunds at
# once, webhooks beside a receiver that is slow.

# What the composite payments of the benchmark have paid, and what its hot order has, in fen.
BENCH_PAID=10000
BENCH_HOT_PAID=100000
# Of so many parts.
BENCH_HOT_ROOM=1000

# bench_row JOB CLIENTS SECONDS TAG KIND OBJECTS : one row of refunds or payouts. What was refused
# or not over in time stands below the table.
bench_row() {
    local job="$1" clients="$2" seconds="$3" tag="$4" kind="$5" objects="$6"
    local line answered succeeded most=0
    # A payment is refunded once.
    [ "$objects" != payments ] || most=$(wc -l <"$BENCH_DIR/payments")
    measure "$job" "$clients" bench_send "tests/bench/bodies/$kind.json" "$objects" "/v1/${kind}s" \
        --clients "$clients" --seconds "$seconds" --warmup 1 --requests "$most" \
        --tag "$tag" --header "Prefer: wait=30"
    line=$(tail -n 1 "$LOG_DIR/bench-raw.log")
    answered=$(json_number answered "$line") succeeded=$(json_number succeeded "$line")
    [ "$answered" = "$succeeded" ] ||
        record_fact "$job with $clients clients: no success" \
            "$((answered - succeeded)) of $answered, statuses ${line##*\"status\":}"
}

# Payments that nothing was refunded of, into BENCH_DIR/payments. A row uses each once.
bench_refundable() {
    bench_psql sluice -qtA -v "paid=$BENCH_PAID" -v most=100000 \
        -f tests/bench/refundable_payments.sql >"$BENCH_DIR/payments"
}

# Whole refunds of composite payments: 7000 through the channel, then 3000 to the card.
bench_refunds() {
    bench_refundable
    bench_vacuum sluice
    bench_row "$@" refund payments
}

# Payouts from a thousand balances.
bench_payouts() {
    bench_vacuum sluice
    bench_row "$@" payout balances
}

# All from the one account that has the merchant's available money.
bench_payouts_of_one() {
    bench_vacuum sluice
    bench_row "$@" payout available
}

bench_services() {
    local clients
    for clients in 1 8 64; do
        bench_refunds refund "$clients" "$BENCH_SECONDS" "f$clients"
    done
    for clients in 1 8 64; do
        bench_payouts payout "$clients" "$BENCH_SECONDS" "g$clients"
    done
    bench_payouts_of_one payout-1 64 "$BENCH_SECONDS" "h64"
}

# bench_hot_order WISHES TAG : so many refunds at once of an order that has room for BENCH_HOT_ROOM.
bench_hot_order() {
    local wishes="$1" tag="$2" paid="$BENCH_HOT_PAID" room="$BENCH_HOT_ROOM" line found
    bench_send tests/bench/bodies/hot_payment.json cards /v1/payments --requests 1 --warmup 0 \
        --tag "$tag" --header "Prefer: wait=30" >/dev/null || die "the hot order was not paid"
    bench_psql sluice -qtA -v "paid=$paid" -v most=1 -f tests/bench/refundable_payments.sql \
        >"$BENCH_DIR/hot"
    sed "s/{{amount}}/$((paid / room))/" tests/bench/bodies/hot_refund.json \
        >"$BENCH_DIR/hot_refund.json"
    bench_vacuum sluice
    line=$(bench_send "$BENCH_DIR/hot_refund.json" hot /v1/refunds --clients "$wishes" \
        --requests "$wishes" --seconds 60 --warmup 0 --tag "$tag" --header "Prefer: wait=30") ||
        die "no refund of the hot order succeeded: $line"
    printf '%s\n' "$line" >>"$LOG_DIR/bench-raw.log"
    found=$(bench_psql sluice -qtA -v "number=$tag-0" -f tests/bench/hot_order.sql)
    [ "$found|$(json_number succeeded "$line")" = "$room|0|$paid|$paid|$paid|$paid|$room" ] ||
        die "$room refunds of the hot order were wanted, the database has $found, callers $line"
    record_fact "$wishes refunds of one order at once, room for $room" \
        "$room given back, $((wishes - room)) refused, in $(json_number seconds "$line") s: $(
            json_number per_second "$line") a second, p50 $(json_number p50_ms "$line") ms, p99 $(
            json_number p99_ms "$line") ms"
}

bench_hot_orders() {
    bench_hot_order "$BENCH_HOT_ROOM" hot-a
    bench_hot_order $((BENCH_HOT_ROOM * 12 / 10)) hot-b
}

# db/checks: nothing that the rows before left behind may be unsound.
bench_sound() {
    local file found
    for file in db/checks/*.sql; do
        found=$(bench_psql sluice -qtA -f "$file")
        [ -z "$found" ] || die "$file finds after the benchmark: $(head -n 3 <<<"$found")"
    done
    record_fact "db/checks after all of that" "sound"
}

# Webhooks to a receiver that answers at once, alone and beside one that takes 5 s for each. They
# have a database of their own.
bench_webhooks() {
    local slow line name
    for slow in 0 1; do
        line=$(SLUICE_TEST_PG="$BENCH_CONNINFO" "$(bench_program bench_webhooks)" \
            "$BENCH_WEBHOOK_SECONDS" 200 "$slow" 2>"$LOG_DIR/bench-webhooks.log") ||
            die "the benchmark of webhooks failed: $line"
        printf '%s\n' "$line" >>"$LOG_DIR/bench-raw.log"
        name="alone"
        [ "$slow" = 0 ] || name="beside one that takes 5 s"
        record_fact "webhooks, 200 events/s, fast receiver $name" \
            "p50 $(json_number p50_ms "$line") ms, p99 $(json_number p99_ms "$line") ms"
    done
}

# Signed callbacks of WeChat Pay, 500 a second, for payments that wait for their payers. The server,
# its database and the channel are the row's own; what others took of the machine meanwhile is told.
bench_callbacks() {
    local line rate="${BENCH_CALLBACK_RATE:-500}"
    line=$("$(bench_program bench_callbacks)" "$BENCH_SECONDS" "$rate" \
        "${BENCH_CALLBACK_WAIT:-37}" 2>"$LOG_DIR/bench-callbacks.log") ||
        die "the benchmark of callbacks failed: $line"
    printf '%s\n' "$line" >>"$LOG_DIR/bench-raw.log"
    record_fact "$rate callbacks/s until acknowledged" \
        "p50 $(json_number p50_ms "$line") ms, p99 $(json_number p99_ms "$line") ms, $(
            json_number acknowledged "$line") of $(
            json_number callbacks "$line") acknowledged, $(
            json_number taken_percent "$line") % of the machine given to others; p99 of the $(
            json_number quiet_seconds "$line") s with at most 2 %: $(
            json_number quiet_p99_ms "$line") ms"
}
