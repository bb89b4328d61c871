# shellcheck shell=bash
# ./dev bench: the reference job against what the database alone can do, in one run.

BENCH_RESULTS="$LOG_DIR/bench.tsv"
BENCH_DIR=""
BENCH_PIDS=()
BENCH_ACCOUNTS=1000
BENCH_FLOOR_KEYS=0
BENCH_WARM=yes
BENCH_PROGRAMS=(
    bench_callbacks bench_floor_batch bench_load bench_stub_channel bench_webhooks decision_bench
    flow_bench
)
BENCH_BUILD="${BENCH_BUILD:-$SLUICE_ROOT/build/release}"

bench_cleanup() {
    local pid
    for pid in "${BENCH_PIDS[@]}"; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    [ -z "$BENCH_DIR" ] || bench_postgres_stop
    [ -z "$BENCH_DIR" ] || rm -rf "$BENCH_DIR"
}

bench_program() { echo "$BENCH_BUILD/tests/bench/$1"; }

# Starts a program that prints its port first; sets BENCH_PID and BENCH_PORT.
bench_start() {
    local name="$1"
    shift
    "$@" >"$BENCH_DIR/$name.out" 2>"$LOG_DIR/bench-$name.log" </dev/null &
    BENCH_PID=$!
    BENCH_PIDS+=("$BENCH_PID")
    for _ in $(seq 1 100); do
        BENCH_PORT=$(head -n 1 "$BENCH_DIR/$name.out" 2>/dev/null || true)
        [ -z "$BENCH_PORT" ] || return 0
        sleep 0.1
    done
    die "the $name of the benchmark did not start; the log is .sluice/log/bench-$name.log"
}

# bench_send BODY OBJECTS PATH OPTION... : sends requests of that body, each for the next of the
# objects.
bench_send() {
    local body="$1" objects="$2" path="$3"
    shift 3
    "$(bench_program bench_load)" --port "$BENCH_API_PORT" --path "$path" \
        --body "$body" --objects "$BENCH_DIR/$objects" \
        --header "Authorization: Bearer $BENCH_KEY" "$@"
}

# Composite payments: 3000 fen from a card, 7000 from the stub channel.
bench_load() { bench_send tests/bench/bodies/payment.json cards /v1/payments "$@"; }

# Before each row, of a floor as of sluice: autovacuum is off, or what one row left behind would be
# cleared away, and paid for, in another.
bench_vacuum() { bench_psql "$1" -q -c 'VACUUM (ANALYZE)'; }

# floor JOB CLIENTS SECONDS: one row of a floor.
bench_floor() {
    local job="$1" clients="$2" seconds="$3"
    bench_vacuum floor
    BENCH_FLOOR_KEYS=$((BENCH_FLOOR_KEYS + 10000000000))
    case "$job" in
        *naive) measure "$job" "$clients" bench_naive "$clients" "$seconds" ;;
        *batch) measure "$job" "$clients" "$(bench_program bench_floor_batch)" \
            "$BENCH_CONNINFO dbname=floor" "$clients" 50 "$seconds" "$BENCH_FLOOR_KEYS" ;;
    esac
}

bench_floors() {
    local clients
    bench_psql floor -q -f tests/bench/floor_schema.sql
    for clients in 1 8 32; do bench_floor naive "$clients" "$BENCH_SECONDS"; done
    for clients in 1 2 4; do bench_floor batch "$clients" "$BENCH_SECONDS"; done
}

# The number of clients with which a floor was best.
bench_best() {
    awk -F '\t' -v job="$1" '$1 == job && $3 > best { best = $3; clients = $2 }
        END { print clients }' "$BENCH_RESULTS"
}

# pgbench's report as the JSON line that measure() reads.
bench_naive() {
    local clients="$1" seconds="$2"
    "$PG_BIN/pgbench" -h "$BENCH_DIR/socket" -U postgres -n -M prepared -c "$clients" \
        -j "$(nproc)" -T "$seconds" -D n=0 -D "first=$BENCH_FLOOR_KEYS" \
        -f tests/bench/floor_naive.sql floor 2>"$LOG_DIR/bench-naive.log" |
        awk '/actually processed/ { n = $NF } /^latency average/ { l = $4 } /^tps/ { t = $3 }
             END { printf "{\"succeeded\":%d,\"per_second\":%.1f,\"p50_ms\":%s}\n", n, t, l }'
}

# sluice JOB CLIENTS SECONDS TAG: one row of sluice.
bench_sluice() {
    bench_vacuum sluice
    measure "$1" "$2" bench_load --clients "$2" --seconds "$3" --warmup 2 --tag "$4" \
        --header "Prefer: wait=30"
}

bench_throughput() {
    local clients
    for clients in 1 8 64 512; do bench_sluice sluice "$clients" "$BENCH_SECONDS" "t$clients"; done
}

# The ratios. A shared machine is faster in one minute than in the next, so the two floors and
# sluice take turns, and what counts is the median of the rounds. With 64 clients a batch has some
# twenty activations, with 512 more than the fifty payments of the batch floor.
bench_rounds() {
    local round naive batch
    naive=$(bench_best naive)
    batch=$(bench_best batch)
    for round in $(seq 1 "$BENCH_ROUNDS"); do
        bench_floor round-naive "$naive" "$BENCH_ROUND_SECONDS"
        bench_sluice round-sluice-64 64 "$BENCH_ROUND_SECONDS" "r$round"
        bench_floor round-batch "$batch" "$BENCH_ROUND_SECONDS"
        bench_sluice round-sluice-512 512 "$BENCH_ROUND_SECONDS" "s$round"
        bench_sluice round-sluice-1 1 "$BENCH_ROUND_SECONDS" "u$round"
        bench_refunds round-refund-64 64 "$BENCH_ROUND_SECONDS" "v$round"
        bench_payouts round-payout-64 64 "$BENCH_ROUND_SECONDS" "w$round"
    done
}

# Memory a waiting payment takes: the stub leaves every payment pending. In a server that has done
# nothing yet, or what earlier payments left free would hide it.
bench_waiting() {
    local count="$1" before after later
    stub_mode pending
    kill "$SERVER_PID"
    wait "$SERVER_PID" 2>/dev/null || true
    bench_server_start
    before=$(rss_kb "$SERVER_PID")
    bench_load --clients 64 --seconds 120 --warmup 0 --requests "$count" --tag w \
        --success '"status":"pending"' >"$BENCH_DIR/waiting.json" || true
    after=$(rss_kb "$SERVER_PID")
    sleep "${SLUICE_BENCH_DEHYDRATE_SECONDS:-15}"
    later=$(rss_kb "$SERVER_PID")
    count=$(json_number succeeded "$(cat "$BENCH_DIR/waiting.json")")
    record_fact "waiting payments" "$count"
    record_fact "server memory per waiting payment, just begun" \
        "$(((after - before) * 1024 / (count > 0 ? count : 1))) B"
    record_fact "server memory per waiting payment, later (being asked for)" \
        "$(((later - before) * 1024 / (count > 0 ? count : 1))) B"
}

# The stub falls silent; before long each waiting payment has asked and waits for its answer.
bench_all_in_flight() {
    local idle
    stub_mode silent
    for _ in $(seq 1 600); do
        idle=$(bench_psql sluice -qtA -c "$BENCH_IDLE_RUNS_SQL")
        [ "$idle" != 0 ] || break
        sleep 0.1
    done
    record_fact "kill -9: payments that wait for an answer of their channel" \
        "$(bench_psql sluice -qtA -c "$BENCH_IN_FLIGHT_SQL")"
}

# kill -9 with those payments in flight; the stub says they were paid once it is asked again.
bench_recovery() {
    local started open
    bench_all_in_flight
    kill -KILL "$SERVER_PID"
    wait "$SERVER_PID" 2>/dev/null || true
    stub_mode succeeded
    started=$(date +%s%N)
    bench_server_start
    for _ in $(seq 1 600); do
        open=$(bench_psql sluice -qtA -c "$BENCH_OPEN_PAYMENTS_SQL")
        [ "$open" != 0 ] || break
        sleep 0.1
    done
    record_fact "kill -9: payments still open" "$open"
    record_fact "kill -9: seconds until all are resolved" \
        "$(awk -v ns=$(($(date +%s%N) - started)) 'BEGIN { printf "%.1f", ns / 1e9 }')"
}

bench_core() {
    local line
    line=$("$(bench_program decision_bench)") || die "the benchmark of decisions failed"
    record_fact "routing decisions a second on one core" \
        "$(json_number decisions_per_second "$line")"
    line=$("$(bench_program flow_bench)" 2000) || die "the benchmark of the flow core failed"
    record_fact "flow core, CPU a payment" "$(json_number us_each "$line") us"
    record_fact "memory of a waiting run, alive" "$(json_number resident_bytes_each "$line") B"
    record_fact "memory of a waiting run, dehydrated" \
        "$(json_number resident_bytes_each_dropped "$line") B"
}

# A folder and a PostgreSQL that end with this shell.
bench_begin() {
    BENCH_DIR=$(mktemp -d /var/tmp/sluice-bench-XXXXXX)
    trap bench_cleanup EXIT
    : >"$BENCH_RESULTS"
    bench_postgres_start
}

# The stub channel, and a server whose accounts have money.
bench_engine_start() {
    bench_start stub "$(bench_program bench_stub_channel)"
    STUB_PID=$BENCH_PID STUB_PORT=$BENCH_PORT
    bench_server_config
    bench_server_start
    bench_server_accounts
}

# Only the row of callbacks, which brings its own server and database.
bench_only_callbacks() {
    : >"$BENCH_RESULTS"
    say "  ..  measuring callbacks"
    bench_callbacks
    awk -F '\t' '$1 == "fact" { print $2 ": " $3 }' "$BENCH_RESULTS"
}

cmd_bench() {
    BENCH_SECONDS=10 BENCH_ROUNDS=5 BENCH_ROUND_SECONDS=5 BENCH_WEBHOOK_SECONDS=30
    local waiting=10000 word only=""
    for word in "$@"; do
        case "$word" in
            --quick)
                BENCH_SECONDS=3 BENCH_ROUNDS=1 BENCH_ROUND_SECONDS=3 BENCH_WEBHOOK_SECONDS=8
                waiting=2000
                ;;
            callbacks) only="$word" ;;
            *) die "./dev bench takes callbacks, --quick or nothing, got '$word'" ;;
        esac
    done
    prepare_state_dir
    check_disk
    require_packages "${PACKAGES_UP[@]}"
    build_preset release "Building sluice and the benchmark" sluice "${BENCH_PROGRAMS[@]}"
    if [ -n "$only" ]; then
        bench_only_callbacks
        return
    fi
    bench_begin
    say "  ..  measuring the floors"
    bench_floors
    bench_engine_start
    say "  ..  measuring sluice"
    bench_throughput
    bench_services
    bench_rounds
    bench_hot_orders
    bench_sound
    bench_webhooks
    bench_callbacks
    bench_core
    bench_waiting "$waiting"
    bench_recovery
    bench_report
}
