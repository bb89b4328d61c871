# shellcheck shell=bash
# What every command of ./dev needs: one-line errors, progress lines, logs, checks of the machine.

STATE_DIR="$SLUICE_ROOT/.sluice"
LOG_DIR="$STATE_DIR/log"
RUN_DIR="$STATE_DIR/run"
MIN_FREE_MB=2048

die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

say() { printf '%s\n' "$*"; }

jobs_max() { echo "${SLUICE_JOBS:-$(nproc)}"; }

# Where the private PostgreSQL keeps its files. It refuses root, so for root it runs as postgres,
# who may not enter a clone below /root.
data_dir() {
    if [ "$(id -u)" -ne 0 ] ||
        setpriv --reuid postgres --regid postgres --init-groups test -x "$SLUICE_ROOT"; then
        echo "$STATE_DIR/data"
    else
        echo "/var/lib/sluice/$(cksum <<<"$SLUICE_ROOT" | cut -d ' ' -f 1)"
    fi
}

prepare_state_dir() {
    mkdir -p "$LOG_DIR" "$RUN_DIR" 2>/dev/null || true
    if [ ! -w "$LOG_DIR" ] || [ ! -w "$RUN_DIR" ]; then
        die "cannot write to $STATE_DIR: it belongs to $(stat -c %U "$STATE_DIR" 2>/dev/null ||
            stat -c %U "$SLUICE_ROOT"), you are $(id -un)"
    fi
}

check_disk() {
    local free_mb
    free_mb=$(df -Pm "$SLUICE_ROOT" | awk 'NR == 2 { print $4 }')
    [ "$free_mb" -ge "$MIN_FREE_MB" ] ||
        die "only $free_mb MB free in $SLUICE_ROOT, $MIN_FREE_MB MB are needed"
}

# What a running step did last, short enough for one line: ninja's "[12/345]" or nothing.
last_progress() {
    tail -c 400 "$1" 2>/dev/null | tr '\r' '\n' | grep -o '^\[[0-9]*/[0-9]*\]' | tail -n 1 || true
}

show_running() {
    local title="$1" log="$2" started="$3" elapsed=$((SECONDS - $3))
    if [ -t 1 ]; then
        printf '\r  ..  %-44s %4d s %-14s' "$title" "$elapsed" "$(last_progress "$log")"
    elif [ "$elapsed" -gt 0 ] && [ $((elapsed % 30)) -eq 0 ]; then
        printf '  ..  %-44s %4d s %s\n' "$title" "$elapsed" "$(last_progress "$log")"
    fi
}

# try_step LOGNAME TITLE COMMAND... : runs it with its output in .sluice/log/LOGNAME.log, shows one
# line, and returns its status.
try_step() {
    local log="$LOG_DIR/$1.log" title="$2" started=$SECONDS status=0
    shift 2
    "$@" >"$log" 2>&1 </dev/null &
    local pid=$!
    # shellcheck disable=SC2064 # the pid of this step, not of a later one
    trap "kill $pid 2>/dev/null; exit 130" INT TERM
    while kill -0 "$pid" 2>/dev/null; do
        show_running "$title" "$log" "$started"
        sleep 0.2 || true
        # Long steps are looked at once a second; short ones end without a wait.
        [ $((SECONDS - started)) -lt 2 ] || sleep 0.8 || true
    done
    wait "$pid" || status=$?
    trap - INT TERM
    [ -t 1 ] && printf '\r\033[K'
    if [ "$status" -eq 0 ]; then
        printf '  ok  %-44s %4d s\n' "$title" $((SECONDS - started))
    else
        printf '  NO  %-44s %4d s   see %s\n' "$title" $((SECONDS - started)) \
            "${log#"$SLUICE_ROOT"/}"
    fi
    return "$status"
}

# The lines of a log that say what went wrong, for people who read CI output.
show_log_end() {
    local log="$LOG_DIR/$1.log"
    grep -nE -A 5 '[Ee]rror|FAILED|fatal|warning:' "$log" | head -n 12 || tail -n 12 "$log"
}

# step: as try_step, but a failure ends ./dev with one line.
step() {
    try_step "$@" && return 0
    show_log_end "$1" >&2
    die "$2 failed; the log is .sluice/log/$1.log"
}

port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

check_port() {
    local port="$1" variable="$2"
    [[ "$port" =~ ^[1-9][0-9]{0,4}$ ]] || die "$variable is '$port', wanted a port number"
    [ "$port" -le 65535 ] ||
        die "$variable is '$port', wanted a port between 1 and 65535"
    ! port_is_taken "$port" ||
        die "port $port is taken; choose another one with $variable=PORT ./dev up"
}
