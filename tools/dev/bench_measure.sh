# shellcheck shell=bash
# What ./dev bench measures around a run: CPU by process, WAL, memory; and the table it prints.

PG_BIN=/usr/lib/postgresql/15/bin
SERVER_PID="" STUB_PID="" POSTGRES_PID=""

json_number() { sed -n "s/.*\"$1\":\\([0-9.]*\\).*/\\1/p" <<<"$2"; }

rss_kb() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status" 2>/dev/null || echo 0; }

# CPU milliseconds of one process; with "tree" also of its children, dead ones included.
cpu_ms() {
    local pid="$1" tree="${2:-}" files=("/proc/$1/stat") child
    if [ -z "$pid" ] || [ ! -e "/proc/$pid/stat" ]; then
        echo 0
        return
    fi
    if [ -n "$tree" ]; then
        # shellcheck disable=SC2013 # one line of words
        for child in $(cat "/proc/$pid/task/$pid/children"); do
            files+=("/proc/$child/stat")
        done
    fi
    cat "${files[@]}" 2>/dev/null | awk -v first="$pid" -v tick="$(getconf CLK_TCK)" '
        { id = $1; sub(/.*\) /, ""); ticks += $12 + $13; if (id == first) ticks += $14 + $15 }
        END { printf "%d\n", ticks * 1000 / tick }'
}

# The own children of sluice and the stub do not count as theirs, PostgreSQL's do.
cpu_snapshot() {
    echo "$(cpu_ms "$SERVER_PID") $(cpu_ms "$POSTGRES_PID" tree) $(cpu_ms "$STUB_PID")"
}

# Ticks of all cores so far, and those of them that the machine's host gave to others: with many of
# these a row tells of the neighbours.
host_ticks() {
    awk '/^cpu / { for (i = 2; i <= 9; ++i) all += $i; print all, $9; exit }' /proc/stat
}

wal_bytes() { bench_psql floor -qtA -c "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"; }

# measure JOB CLIENTS COMMAND... : the command prints one JSON line. Records job, clients, how many
# a second, p50, p99, max, then for each: server, PostgreSQL, stub CPU (us) and WAL (bytes); last
# the per cent of the machine's time that its host gave to others.
measure() {
    local job="$1" clients="$2" line cpu_before cpu_after wal_before wal_after count host_before
    shift 2
    bench_psql floor -q -c CHECKPOINT
    wal_before=$(wal_bytes)
    host_before=$(host_ticks)
    cpu_before=$(cpu_snapshot)
    line=$("$@") || die "the benchmark's $job with $clients clients failed: ${line:-no answer}"
    cpu_after=$(cpu_snapshot)
    wal_after=$(wal_bytes)
    count=$(json_number succeeded_all "$line")
    count=${count:-$(json_number succeeded "$line")}
    printf '%s\n' "$line" >>"$LOG_DIR/bench-raw.log"
    echo "$job $clients $(json_number per_second "$line") $(json_number p50_ms "$line")" \
        "$(json_number p99_ms "$line" | grep . || echo -)" \
        "$(json_number max_ms "$line" | grep . || echo -)" \
        "$cpu_before $cpu_after $((wal_after - wal_before)) ${count:-0}" \
        "$host_before $(host_ticks)" |
        awk '{ n = $14 > 0 ? $14 : 1
               ticks = $17 > $15 ? $17 - $15 : 1
               printf "%s\t%s\t%s\t%s\t%s\t%s\t%.0f\t%.0f\t%.0f\t%.0f\t%.0f\n", $1, $2, $3, $4,
                      $5, $6, ($10 - $7) * 1000 / n, ($11 - $8) * 1000 / n, ($12 - $9) * 1000 / n,
                      $13 / n, ($18 - $16) * 100 / ticks }' | tee -a "$BENCH_RESULTS" |
        awk -F '\t' '{ printf "      %-15s %4s clients  %9s/s\n", $1, $2, $3 }'
}

record_fact() { printf 'fact\t%s\t%s\n' "$1" "$2" >>"$BENCH_RESULTS"; }

bench_machine() {
    local cpu memory
    cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
    memory=$(awk '/^MemTotal/ { printf "%.0f GB", $2 / 1048576 }' /proc/meminfo)
    echo "$(nproc) cores of ${cpu:-an unknown processor}, $memory, $(uname -sr), PostgreSQL" \
        "$("$PG_BIN/postgres" --version | awk '{ print $3 }')"
}

bench_report() {
    local report="$LOG_DIR/bench.txt"
    {
        echo "sluice benchmark: composite payments (3000 fen card + 7000 fen channel), refunds of" \
            "them, payouts; the floors do the row work of a composite payment"
        echo "machine: $(bench_machine)"
        echo "settings: fsync, synchronous_commit, full_page_writes on; $BENCH_SECONDS s a row"
        awk -F '\t' -f tools/dev/bench_report.awk "$BENCH_RESULTS"
    } >"$report"
    say ""
    cat "$report"
    say ""
    say "the same table: ${report#"$SLUICE_ROOT"/}"
}
