#!/usr/bin/env bash
# Every job of ./dev bench, made small: it must run, and what it leaves behind must be right. The
# numbers mean nothing.  dry_run.sh BUILD_FOLDER
set -euo pipefail

SLUICE_ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
cd "$SLUICE_ROOT"
BENCH_BUILD="$1"
source tools/dev/common.sh
# A benchmark that somebody made before keeps its results.
STATE_DIR=$(mktemp -d /var/tmp/sluice-dry-run-XXXXXX)
LOG_DIR="$STATE_DIR/log" RUN_DIR="$STATE_DIR/run"
for part in services config bench_measure bench_server bench bench_services; do
    # shellcheck source=/dev/null
    source "tools/dev/$part.sh"
done
BENCH_SECONDS=1 BENCH_ROUNDS=1 BENCH_ROUND_SECONDS=1 BENCH_WEBHOOK_SECONDS=1
BENCH_CALLBACK_RATE=20 BENCH_CALLBACK_WAIT=0 BENCH_ACCOUNTS=20 BENCH_HOT_ROOM=100 BENCH_WARM=no
prepare_state_dir
bench_begin
trap 'bench_cleanup; rm -rf "$STATE_DIR"' EXIT

bench_psql floor -q -f tests/bench/floor_schema.sql
bench_floor naive 2 1
bench_floor batch 1 1
bench_engine_start
bench_sluice sluice 8 2 t
bench_refunds refund 8 1 f
bench_payouts payout 8 1 g
bench_payouts_of_one payout-1 8 1 h
bench_hot_orders
bench_sound
bench_webhooks
bench_callbacks
bench_report

for row in sluice refund payout payout-1 naive batch; do
    awk -F '\t' -v job="$row" '$1 == job && $3 > 0 { found = 1 } END { exit !found }' \
        "$BENCH_RESULTS" || die "the benchmark has measured no $row"
done
! grep 'no success' "$BENCH_RESULTS" || die "not everything succeeded"
