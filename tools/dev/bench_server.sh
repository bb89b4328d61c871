# shellcheck shell=bash
# The database and the server that ./dev bench measures.

BENCH_CONNINFO="" BENCH_API_PORT=""
BENCH_KEY="bench"
BENCH_OPEN_PAYMENTS_SQL="SELECT count(*) FROM sluice.payment
    WHERE status IN ('pending', 'compensating')"
BENCH_IDLE_RUNS_SQL="SELECT count(*) FROM sluice.flow_run WHERE pending = 0"
BENCH_IN_FLIGHT_SQL="SELECT count(*) FROM sluice.flow_run WHERE pending > 0"

# PostgreSQL refuses root.
as_postgres() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid postgres --regid postgres --init-groups env -C "$BENCH_DIR" "$@"
    else
        "$@"
    fi
}

bench_psql() {
    local database="$1"
    shift
    PGOPTIONS=-cclient_min_messages=warning "$PG_BIN/psql" -X -v ON_ERROR_STOP=1 \
        -h "$BENCH_DIR/socket" -U postgres -d "$database" "$@"
}

bench_postgres_init() {
    mkdir -p "$BENCH_DIR/socket" "$BENCH_DIR/run"
    [ "$(id -u)" -ne 0 ] || chown -R postgres: "$BENCH_DIR"
    as_postgres "$PG_BIN/initdb" -D "$BENCH_DIR/pg" -U postgres -E UTF8 --locale=C -A trust \
        --no-sync || return 1
    as_postgres tee -a "$BENCH_DIR/pg/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$BENCH_DIR/socket'
fsync = on
synchronous_commit = on
full_page_writes = on
shared_buffers = 1GB
max_wal_size = 8GB
min_wal_size = 2GB
checkpoint_timeout = 30min
max_connections = 200
autovacuum = off
jit = off
CONF
    as_postgres "$PG_BIN/pg_ctl" -D "$BENCH_DIR/pg" -l "$BENCH_DIR/pg.log" -w start || return 1
    bench_psql postgres -c 'CREATE DATABASE floor' -c 'CREATE DATABASE sluice'
}

bench_postgres_start() {
    BENCH_CONNINFO="host=$BENCH_DIR/socket user=postgres"
    step bench-postgres "Starting PostgreSQL for the benchmark" bench_postgres_init
    [ "$BENCH_WARM" = no ] ||
        step bench-warm "Writing through its memory and log once" bench_postgres_warm
    POSTGRES_PID=$(head -n 1 "$BENCH_DIR/pg/postmaster.pid")
}

# As after hours of work: its shared memory was touched, its old log files are there to be
# written over. Without that every measurement would pay for the first use of both.
bench_postgres_warm() {
    bench_psql floor -c 'CREATE TABLE warm (line text)' \
        -c "INSERT INTO warm SELECT repeat('x', 1000) FROM generate_series(1, 1200000)" \
        -c 'DROP TABLE warm' -c CHECKPOINT
}

bench_postgres_stop() {
    as_postgres "$PG_BIN/pg_ctl" -D "$BENCH_DIR/pg" -m immediate stop >/dev/null 2>&1 || true
}

stub_mode() { curl -fsS -o /dev/null -d "$1" "http://127.0.0.1:$STUB_PORT/mode"; }

bench_server_start() {
    local command
    mapfile -d '' -t command < <(bench_server_command)
    # What the server before it wrote must not be read as this one's port.
    : >"$LOG_DIR/bench-server.log"
    "${command[@]}" >"$LOG_DIR/bench-server.log" 2>&1 </dev/null &
    SERVER_PID=$!
    BENCH_PIDS+=("$SERVER_PID")
    for _ in $(seq 1 300); do
        BENCH_API_PORT=$(sed -n 's/^ready .*://p' "$LOG_DIR/bench-server.log")
        [ -z "$BENCH_API_PORT" ] || return 0
        kill -0 "$SERVER_PID" 2>/dev/null || break
        sleep 0.1
    done
    die "the server of the benchmark did not start; the log is .sluice/log/bench-server.log"
}

# A curl configuration: one POST for each "PATH BODY" line.
curl_posts() {
    local path body separator=""
    while read -r path body; do
        printf '%surl = "http://127.0.0.1:%s%s"\n' "$separator" "$BENCH_API_PORT" "$path"
        printf 'header = "Authorization: Bearer %s"\n' "$BENCH_KEY"
        printf 'header = "Content-Type: application/json"\n'
        printf 'data = "%s"\n' "${body//\"/\\\"}"
        separator=$'next\n'
    done
}

bench_posts() { curl_posts | curl -sS --no-progress-meter --parallel --parallel-max 16 -K -; }

# bench_accounts FILE BODY COUNT : opens as many accounts as that, "&" in the body being the number
# of each, and puts money on them. One id a line in BENCH_DIR/FILE.
bench_accounts() {
    local file="$BENCH_DIR/$1" body="$2" count="$3" log="$LOG_DIR/bench-top-ups.log" top_up
    top_up='{"top_up_number":"t&","amount":1000000000000,"currency":"CNY"}'
    seq 1 "$count" | sed "s|.*|/v1/accounts $body|" | bench_posts | grep -o 'acc_[0-9A-Z]*' |
        sort -u >"$file"
    [ "$(wc -l <"$file")" -eq "$count" ] ||
        die "the benchmark could not open the $count accounts of $1"
    sed "s|.*|/v1/accounts/&/top_ups $top_up|" "$file" | bench_posts >"$log"
    ! grep -q '"code":' "$log" ||
        die "the benchmark could not top up the accounts of $1; the log is .sluice/log/${log##*/}"
}

# Prepaid cards that pay, balances and the merchant's one account that is paid out from.
bench_server_accounts() {
    bench_accounts cards '{"kind":"prepaid_card","owner_number":"b&","currency":"CNY"}' \
        "$BENCH_ACCOUNTS"
    bench_accounts balances '{"kind":"balance","owner_number":"w&","currency":"CNY"}' \
        "$BENCH_ACCOUNTS"
    bench_accounts available '{"kind":"merchant_available","currency":"CNY"}' 1
}
