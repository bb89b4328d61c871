# shellcheck shell=bash
# The configurations that ./dev writes: the demo's and the benchmark's.

KEYS_DIR="$STATE_DIR/keys"

# A file's first line, or a fresh random one that stays the same from then on.
kept_secret() {
    local file="$STATE_DIR/$1"
    [ -s "$file" ] || (umask 077 && echo "sk_demo_$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')" \
        >"$file")
    head -n 1 "$file"
}

# wechat_account NAME COST SERIAL_FILE KEY_FILE : one account at the simulated WeChat Pay, with the
# simulator's own keys. The serial tells by which key of the platform its answers are signed.
wechat_account() {
    local name="$1" cost="$2" serial
    serial=$(head -n 1 "$KEYS_DIR/$3")
    cat <<TOML

[[channel_account]]
name = "$name"
channel = "wechatpay"
keys_by_serial = { "$serial" = "platform_key" }
[channel_account.settings]
base_url = "$PSP_URL"
callback_base_url = "$API_URL"
mchid = "1900000109"
appid = "wxd678efh567hg6787"
merchant_serial = "$(head -n 1 "$KEYS_DIR/merchant_serial.txt")"
platform_serial = "$serial"
[channel_account.secrets]
merchant_key = { file = "keys/merchant_private.pem" }
api_v3_key = { file = "keys/api_v3_key.txt" }
platform_key = { file = "keys/$4" }
[channel_account.routing]
method = "wechatpay"
cost_basis_points = $cost
TOML
}

write_config() {
    (
        umask 077
        cat >"$STATE_DIR/sluice.toml.new" <<TOML
# Written by ./dev up: changes here are lost. Two accounts at one channel, so that routing chooses.
root = "$SLUICE_ROOT"

[http]
listen = "127.0.0.1:$API_PORT"

[database]
data_dir = "$(data_dir)"

[webhooks]
allow_http_loopback = true

[[api_key]]
key = "$(kept_secret api_key)"
merchant_id = "demo"
$(wechat_account wechat_main 38 platform_public_key_id.txt platform_public.pem)
$(wechat_account wechat_reserve 60 platform_serial.txt platform_certificate.pem)
TOML
    )
    # A newer file than the running server's pid means a restart: only when something changed.
    cmp -s "$STATE_DIR/sluice.toml.new" "$STATE_DIR/sluice.toml" ||
        mv "$STATE_DIR/sluice.toml.new" "$STATE_DIR/sluice.toml"
    rm -f "$STATE_DIR/sluice.toml.new"
}

# The bench's own PostgreSQL and five accounts at the stub channel; payers call it wechatpay.
bench_server_config() {
    local n
    {
        cat <<TOML
root = "$SLUICE_ROOT"
channels = "$SLUICE_ROOT/tests/bench/channels"

[http]
listen = "127.0.0.1:$BENCH_API_PORT"

[node]
log_level = "warn"

[database]
conninfo = "$BENCH_CONNINFO dbname=sluice"

[[api_key]]
key = "$BENCH_KEY"
merchant_id = "bench"
TOML
        for n in 1 2 3 4 5; do
            cat <<TOML

[[channel_account]]
name = "stub_$n"
channel = "stub"
[channel_account.settings]
base_url = "http://127.0.0.1:$STUB_PORT"
merchant = "stub_merchant_$n"
[channel_account.timeouts]
query_ms = 60000
[channel_account.routing]
method = "wechatpay"
cost_basis_points = $((30 + n))
TOML
        done
    } >"$BENCH_DIR/sluice.toml"
}
