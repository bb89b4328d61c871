# shellcheck shell=bash
# ./dev lint and ./dev format: what can be judged without running anything.

# Beside ccache's, so that a second clone of the same sources need not look again.
TIDY_CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/sluice-tidy"
# The folders that clang-tidy holds. It grows: a folder that has once been clean stays in.
TIDY_UNITS='app|config|core|db|decision|flow|json|ledger|log|lua|payment|script|worker'
TIDY_FOLDERS="^build/asan/(engine|tests/architecture|tests/unit/($TIDY_UNITS))/"

cpp_sources() { find engine tests -name '*.cpp' -o -name '*.hpp' | LC_ALL=C sort; }

# Attack scripts are wrong on purpose.
lua_sources() {
    find flows scripts channels tests -name '*.lua' -not -path 'tests/attacks/*' 2>/dev/null |
        LC_ALL=C sort
}

check_format() { cpp_sources | xargs clang-format-19 --dry-run -Werror; }
check_shell() {
    shellcheck -x dev .ci/run tools/dev/*.sh openapi/*.sh tests/bench/*.sh tests/newcomer/run
}
check_lua() { lua_sources | xargs -r -n 1 luac5.4 -p; }

# What a verdict of clang-tidy depends on: the tool, its settings, and every file of ours that the
# batch of sources includes, as ninja recorded it.
tidy_keys() {
    local salt
    salt=$( (clang-tidy-19 --version && find . -name .clang-tidy -not -path './build/*' \
        -exec cat {} + && cat engine/cmake/warnings.cmake) | sha256sum | cut -c 1-16)
    ninja -C build/asan -t deps | awk -v root="$SLUICE_ROOT/" -v salt="$salt" '
        /: #deps/ { batch = $1; sub(/\.o:$/, "", batch); files = ""; next }
        /^ / {
            file = $1
            if (index(file, root) == 1) { file = substr(file, length(root) + 1) }
            else if (!sub(/^\.\.\/\.\.\//, "", file)) { next }
            if (file !~ /^build\//) files = files " " file
            next
        }
        { if (batch != "") print "build/asan/" batch, salt files; batch = "" }
        END { if (batch != "") print "build/asan/" batch, salt files }' |
        while read -r batch salted files; do
            # shellcheck disable=SC2086 # a list of paths without blanks
            printf '%s %s\n' "$batch" \
                "$( (echo "$salted" && cat $files) | sha256sum | cut -c 1-32)"
        done
}

tidy_one() {
    local batch="$1" key="$2" output
    if output=$(clang-tidy-19 --quiet -p build/asan "$batch" 2>/dev/null) &&
        ! grep -q 'warning:\|error:' <<<"$output"; then
        : >"$TIDY_CACHE/$key"
    else
        printf '%s\n' "${output:-clang-tidy failed on $batch}"
        return 1
    fi
}

# Needs build/asan: its batches, their compile commands and the headers it recorded.
check_tidy() {
    local work
    mkdir -p "$TIDY_CACHE"
    work=$(tidy_keys | sort -u | grep -E "$TIDY_FOLDERS" | while read -r batch key; do
        [ -e "$TIDY_CACHE/$key" ] || echo "$batch $key"
    done)
    [ -n "$work" ] || return 0
    echo "clang-tidy on $(wc -l <<<"$work") changed batches"
    export -f tidy_one
    export TIDY_CACHE
    # shellcheck disable=SC2016 # expanded by the inner shell
    xargs -P "$(jobs_max)" -L 1 bash -c 'tidy_one "$1" "$2"' tidy <<<"$work"
}

cmd_lint() {
    prepare_state_dir
    require_packages "${PACKAGES_TEST[@]}"
    local failed=0 name wanted=("$@")
    [ $# -gt 0 ] || wanted=(format shell lua tidy)
    for name in "${wanted[@]}"; do
        case "$name" in
            format | shell | lua) ;;
            tidy) build_preset asan "Building with clang 19, address and UB sanitizers" ;;
            *) die "no check '$name'; there are format, shell, lua and tidy" ;;
        esac
        lint_step "$name" || failed=1
    done
    return "$failed"
}

lint_step() {
    local name="$1"
    try_step "lint-$name" "Checking $name" "check_$name" && return 0
    show_log_end "lint-$name"
    return 1
}

cmd_format() {
    require_packages clang-format-19
    cpp_sources | xargs clang-format-19 -i
}
