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

# The master key's file: made once, with the data that is sealed under it.
kept_master_key() {
    local file="$STATE_DIR/master.key"
    [ -s "$file" ] || (umask 077 && od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$file")
    echo "$file"
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
barcode_api = "v3"
[channel_account.secrets]
merchant_key = { file = "keys/merchant_private.pem" }
api_v3_key = { file = "keys/api_v3_key.txt" }
platform_key = { file = "keys/$4" }
[channel_account.routing]
method = "wechatpay"
cost_basis_points = $cost
TOML
}

# The application in key mode at the simulated Alipay.
alipay_account() {
    cat <<TOML

[[channel_account]]
name = "alipay_main"
channel = "alipay"
keys_by_serial = { "public_key" = "platform_key" }
[channel_account.settings]
base_url = "$PSP_URL"
callback_base_url = "$API_URL"
app_id = "2021000122671080"
seller_id = "2088102119685838"
[channel_account.secrets]
app_key = { file = "keys/merchant_private.pem" }
platform_key = { file = "keys/platform_public.pem" }
TOML
}

# The account at the simulated bank: payouts, and collections by transfer.
bank_account() {
    cat <<TOML

[[channel_account]]
name = "bank_main"
channel = "bank"
[channel_account.settings]
base_url = "$PSP_URL"
callback_base_url = "$API_URL"
account = "110060149018"
collection_agreement = "VA20260001"
[channel_account.secrets]
bank_key = { file = "keys/bank_key.txt" }
TOML
}

write_config() {
    (
        umask 077
        cat >"$STATE_DIR/sluice.toml.new" <<TOML
# Written by ./dev up: changes here are lost. Two accounts at WeChat Pay, so that routing chooses.
root = "$SLUICE_ROOT"

[http]
listen = "127.0.0.1:$API_PORT"

[database]
data_dir = "$(data_dir)"

[webhooks]
allow_http_loopback = true

[secrets]
master_key_file = "$(kept_master_key)"

[[api_key]]
key = "$(kept_secret api_key)"
merchant_id = "demo"

[[api_key]]
key = "$(kept_secret operator_key)"
merchant_id = "*"
operator = "demo"
roles = ["channels", "finance", "operations"]
$(wechat_account wechat_main 38 platform_public_key_id.txt platform_public.pem)
$(wechat_account wechat_reserve 60 platform_serial.txt platform_certificate.pem)
$(alipay_account)
$(bank_account)
TOML
    )
    # A newer file than the running server's pid means a restart: only when something changed.
    cmp -s "$STATE_DIR/sluice.toml.new" "$STATE_DIR/sluice.toml" ||
        mv "$STATE_DIR/sluice.toml.new" "$STATE_DIR/sluice.toml"
    rm -f "$STATE_DIR/sluice.toml.new"
}

bench_master_key() {
    (umask 077 && printf '5%.0s' {1..64} >"$BENCH_DIR/master.key")
    echo "$BENCH_DIR/master.key"
}

# The bench's own PostgreSQL and five accounts at the stub channel; payers call it wechatpay.
bench_server_config() {
    local n
    {
        cat <<TOML
root = "$SLUICE_ROOT"
channels = "$SLUICE_ROOT/tests/bench/channels"

[http]
listen = "127.0.0.1:0"

[node]
log_level = "warn"

[database]
conninfo = "$BENCH_CONNINFO dbname=sluice"

[secrets]
master_key_file = "$(bench_master_key)"

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
