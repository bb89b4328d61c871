# shellcheck shell=bash
# ./dev lint and ./dev format: what can be judged without running anything.

TIDY_CACHE="$SLUICE_ROOT/build/tidy-cache"
# The folders that clang-tidy holds. It grows: a folder that has once been clean stays in.
TIDY_UNITS='app|config|core|db|decision|flow|json|ledger|log|lua|payment|script|worker'
TIDY_FOLDERS="^(engine|tests/architecture|tests/unit/($TIDY_UNITS))/"

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
# source includes, as ninja recorded it.
tidy_keys() {
    local salt
    salt=$( (clang-tidy-19 --version && find . -name .clang-tidy -not -path './build/*' \
        -exec cat {} + && cat engine/cmake/warnings.cmake) | sha256sum | cut -c 1-16)
    ninja -C build/clang -t deps | awk -v root="$SLUICE_ROOT/" -v salt="$salt" '
        /: #deps/ { next }
        /^ / {
            file = $1
            if (file ~ /^\.\.\/\.\.\//) { sub(/^\.\.\/\.\.\//, "", file) }
            else if (index(file, root) == 1) { file = substr(file, length(root) + 1) }
            else { next }
            if (source == "" && file ~ /\.cpp$/) { source = file }
            files = files " " file
            next
        }
        { if (source != "") print source, salt files; source = ""; files = "" }
        END { if (source != "") print source, salt files }' |
        while read -r source salted files; do
            # shellcheck disable=SC2086 # a list of paths without blanks
            printf '%s %s\n' "$source" \
                "$( (echo "$salted" && cat $files) | sha256sum | cut -c 1-32)"
        done
}

tidy_one() {
    local source="$1" key="$2" output
    if output=$(clang-tidy-19 --quiet -p build/clang "$source" 2>/dev/null) &&
        ! grep -q 'warning:\|error:' <<<"$output"; then
        : >"$TIDY_CACHE/$key"
    else
        printf '%s\n' "${output:-clang-tidy failed on $source}"
        return 1
    fi
}

# Needs build/clang: its compile commands and the headers it recorded.
check_tidy() {
    local work
    mkdir -p "$TIDY_CACHE"
    work=$(tidy_keys | sort -u | grep -E "$TIDY_FOLDERS" | while read -r source key; do
        [ -e "$TIDY_CACHE/$key" ] || echo "$source $key"
    done)
    [ -n "$work" ] || return 0
    echo "clang-tidy on $(wc -l <<<"$work") changed files"
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
            tidy) build_preset clang "Compiling with clang 19" ;;
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
