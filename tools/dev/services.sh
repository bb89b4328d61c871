# shellcheck shell=bash
# Everything ./dev knows about the verbs of the sluice binary stands in this file.

API_PORT="${SLUICE_PORT:-8080}"
PSP_PORT="${SLUICE_PSP_PORT:-8090}"
SLUICE_BINARY="$SLUICE_ROOT/build/release/engine/app/sluice"
API_URL="http://127.0.0.1:$API_PORT"
PSP_URL="http://127.0.0.1:$PSP_PORT"

# The simulator of the channels. Makes the demo's keys in .sluice/keys when they are not there.
simulator_command() {
    printf '%s\0' "$SLUICE_BINARY" psp --listen "127.0.0.1:$PSP_PORT" --keys "$STATE_DIR/keys"
}

# The server. Starts its private PostgreSQL in .sluice/data.
server_command() {
    printf '%s\0' "$SLUICE_BINARY" serve --config "$STATE_DIR/sluice.toml"
}

# Writes .sluice/sluice.toml for these ports, and the demo's merchant, card and channel accounts
# into the running server. A second call changes nothing.
write_config() {
    "$SLUICE_BINARY" demo-config --folder "$STATE_DIR" --listen "127.0.0.1:$API_PORT" \
        --psp "$PSP_URL"
}
seed_demo() {
    "$SLUICE_BINARY" demo-seed --config "$STATE_DIR/sluice.toml"
}

wait_for_http() {
    local url="$1" pid_file="$2"
    for _ in $(seq 1 300); do
        ! curl -fsS -o /dev/null -m 2 "$url" 2>/dev/null || return 0
        is_running "$pid_file" || return 1
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
        [ "$RUN_DIR/$name.pid" -nt "$SLUICE_BINARY" ]
}

# start_service NAME PORT HEALTH_URL COMMAND_FUNCTION
start_service() {
    local name="$1" port="$2" health_url="$3" command_function="$4" command
    mapfile -d '' -t command < <("$command_function")
    setsid "${command[@]}" >>"$LOG_DIR/$name.log" 2>&1 </dev/null &
    echo $! >"$(pid_file_of "$name")"
    echo "$port" >"$RUN_DIR/$name.port"
    disown
    wait_for_http "$health_url" "$(pid_file_of "$name")"
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
TEXT
}

demo_value() { sed -n "s/^$1=//p" "$STATE_DIR/demo.env" 2>/dev/null; }

payment_line() {
    cat <<TEXT
curl -s $API_URL/v1/payments -H 'Authorization: Bearer $(demo_value DEMO_KEY)' \\
  -H 'Content-Type: application/json' -d '{"order":{"merchant_order_number":"demo-'\$(date +%s)'",
  "amount":10000,"currency":"CNY","description":"Demo order"},"legs":[
  {"method":"prepaid_card","account_id":"$(demo_value DEMO_CARD)","amount":3000},
  {"method":"wechatpay","scene":"qr","amount":7000}]}'
TEXT
}

payer_line() { printf 'curl -s -X POST %s/payer/pay-latest\n' "$PSP_URL"; }
