# shellcheck shell=bash
# Everything ./dev knows about the verbs of the sluice binary stands in this file.

API_PORT="${SLUICE_PORT:-8080}"
PSP_PORT="${SLUICE_PSP_PORT:-8090}"
SLUICE_BINARY="$SLUICE_ROOT/build/release/engine/app/sluice"
API_URL="http://127.0.0.1:$API_PORT"
PSP_URL="http://127.0.0.1:$PSP_PORT"

# The simulator of the channels. Makes throw-away keys in .sluice/keys when there are none.
simulator_command() {
    printf '%s\0' "$SLUICE_BINARY" psp --listen "127.0.0.1:$PSP_PORT" --keys "$STATE_DIR/keys" \
        --demo-keys
}

# The server. Starts its private PostgreSQL in what data_dir says.
server_command() { printf '%s\0' "$SLUICE_BINARY" serve --config "$STATE_DIR/sluice.toml"; }

# The server that ./dev bench measures; its configuration is written by bench_server_config.
bench_server_command() {
    printf '%s\0' "$BENCH_BUILD/engine/app/sluice" serve --config "$BENCH_DIR/sluice.toml"
}

api_post() {
    local path="$1" body="$2"
    curl -fsS -m 30 "$API_URL$path" -H "Authorization: Bearer $(kept_secret api_key)" \
        -H 'Content-Type: application/json' -d "$body"
}

# The demo's prepaid card with 10000.00 yuan on it, and as much that the merchant may pay out. All
# calls are repeatable: the numbers are ours.
seed_demo() {
    local card available
    available=$(api_post /v1/accounts '{"kind":"merchant_available","currency":"CNY"}' |
        grep -o 'acc_[0-9A-Z]*' | head -n 1) && [ -n "$available" ] || return 1
    api_post "/v1/accounts/$available/top_ups" \
        '{"top_up_number":"demo-available","amount":1000000,"currency":"CNY"}' || return 1
    card=$(api_post /v1/accounts \
        '{"kind":"prepaid_card","owner_number":"demo-card","currency":"CNY"}' |
        grep -o 'acc_[0-9A-Z]*' | head -n 1) && [ -n "$card" ] || return 1
    api_post "/v1/accounts/$card/top_ups" \
        '{"top_up_number":"demo-1","amount":1000000,"currency":"CNY"}' &&
        echo "$card" >"$STATE_DIR/demo_card"
}

# Of a process that was just started: its binary may not be the one it will be yet.
wait_for_http() {
    local url="$1" pid="$2"
    for _ in $(seq 1 300); do
        ! curl -fsS -o /dev/null -m 2 "$url" 2>/dev/null || return 0
        kill -0 "$pid" 2>/dev/null || return 1
        sleep 0.1
    done
    return 1
}

pid_file_of() { echo "$RUN_DIR/$1.pid"; }

# A pid alone may have been given to another process since: the binary must be ours.
is_running() {
    local pid
    pid=$(cat "$1" 2>/dev/null) && [ -n "$pid" ] &&
        [[ "$(readlink "/proc/$pid/exe" 2>/dev/null)" == "$SLUICE_BINARY"* ]]
}

# Running, from the binary as it is now and on the port asked for.
is_current() {
    local name="$1" port="$2"
    is_running "$(pid_file_of "$name")" &&
        [ "$(cat "$RUN_DIR/$name.port" 2>/dev/null)" = "$port" ] &&
        [[ "$(readlink "/proc/$(cat "$(pid_file_of "$name")")/exe")" == "$SLUICE_BINARY" ]] &&
        [ "$RUN_DIR/$name.pid" -nt "$SLUICE_BINARY" ] &&
        ! [ "$STATE_DIR/sluice.toml" -nt "$RUN_DIR/$name.pid" ]
}

# start_service NAME PORT HEALTH_URL COMMAND_FUNCTION
start_service() {
    local name="$1" port="$2" health_url="$3" command_function="$4" command pid
    mapfile -d '' -t command < <("$command_function")
    setsid "${command[@]}" >>"$LOG_DIR/$name.log" 2>&1 </dev/null &
    pid=$!
    echo "$pid" >"$(pid_file_of "$name")"
    echo "$port" >"$RUN_DIR/$name.port"
    disown
    if ! wait_for_http "$health_url" "$pid"; then
        echo "error: the $name does not answer at $health_url; it said last:"
        tail -n 5 "$LOG_DIR/$name.log"
        return 1
    fi
}

stop_service() {
    local name="$1" pid_file pid
    pid_file=$(pid_file_of "$name")
    if is_running "$pid_file"; then
        pid=$(cat "$pid_file")
        kill "$pid" 2>/dev/null || true
        for _ in $(seq 1 200); do
            is_running "$pid_file" || break
            sleep 0.1
        done
        if is_running "$pid_file"; then
            kill -KILL "$pid" 2>/dev/null || true
            say "  the $name (pid $pid) did not stop in 20 s and was killed"
        else
            say "  stopped the $name (pid $pid)"
        fi
    fi
    rm -f "$pid_file" "$RUN_DIR/$name.port"
}

# The private PostgreSQL outlives the server on purpose; a fast shutdown keeps all data.
stop_database() {
    local pid_file pid
    pid_file="$(data_dir)/cluster/postmaster.pid"
    pid=$(head -n 1 "$pid_file" 2>/dev/null) || return 0
    [[ "$(cat "/proc/$pid/comm" 2>/dev/null)" == postgres ]] || return 0
    kill -INT "$pid" 2>/dev/null || die "cannot stop the private PostgreSQL (pid $pid)"
    for _ in $(seq 1 300); do
        [ -e "/proc/$pid" ] || break
        sleep 0.1
    done
    say "  stopped the private PostgreSQL (pid $pid)"
}

print_addresses() {
    cat <<TEXT

sluice is up.
  API        $API_URL   (OpenAPI: $API_URL/openapi.json)
  simulator  $PSP_URL   (the payer's side of WeChat Pay)
  logs       .sluice/log/server.log  .sluice/log/simulator.log
  stop       ./dev down

Make a composite payment, 30.00 from a prepaid card and 70.00 by WeChat Pay QR code:

$(payment_line)

and pay its QR code at the simulator, as the payer's phone would:

$(payer_line)

Pay 12.50 out to a bank account, and see what became of it:

$(payout_line)
TEXT
}

payment_line() {
    cat <<TEXT
curl -s $API_URL/v1/payments -H 'Authorization: Bearer $(kept_secret api_key)' \\
  -H 'Content-Type: application/json' -d '{"order":{"merchant_order_number":"demo-'\$(date +%s)'",
  "amount":10000,"currency":"CNY","description":"Demo order"},"legs":[
  {"kind":"internal","method":"prepaid_card","account_id":"$(cat "$STATE_DIR/demo_card")",
   "amount":3000},{"kind":"external","method":"wechatpay","scene":"qr","amount":7000}]}' |
  tee /tmp/sluice-demo-payment.json
TEXT
}

# The simulator finds the payment by its QR code.
payer_line() {
    cat <<TEXT
curl -s $PSP_URL/sim/pay -H 'Content-Type: application/json' \\
  -d "{\$(grep -o '"code_url":"[^"]*"' /tmp/sluice-demo-payment.json | head -n 1)}"
TEXT
}

payout_line() {
    cat <<TEXT
curl -s '$API_URL/v1/payouts' -H 'Authorization: Bearer $(kept_secret api_key)' \\
  -H 'Content-Type: application/json' -H 'Prefer: wait=20' -d '{
  "merchant_payout_number":"demo-'\$(date +%s)'","amount":1250,"currency":"CNY",
  "method":"bank_account","description":"Demo payout","payee":{"name":"张三",
  "account_number":"6222021234567890","bank_code":"102100099996"}}'
TEXT
}
