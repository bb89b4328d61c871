# shellcheck shell=bash
# ./dev test: what CI runs. Checks and builds first, each one line; then every test of every build
# in one ctest run, whose summary is the last thing printed.

# One ctest over several build folders. The sanitizer builds registered only their own tiers.
write_test_union() {
    mkdir -p build/union
    printf 'subdirs("%s")\n' "$@" >build/union/CTestTestfile.cmake
}

# One more than cores: most of the time tests wait for a process, a channel or a clock.
run_ctest() {
    local log="$LOG_DIR/ctest.log"
    say ""
    ctest --test-dir build/union -j $(($(jobs_max) + 1)) --output-on-failure --no-tests=error \
        --output-log "$log" | grep -v '^Internal ctest changing into\|^ *Start '
}

cmd_test() {
    local failed=() started=$SECONDS name
    prepare_state_dir
    check_disk
    if [ "${1:-}" = "--fast" ]; then
        require_packages "${PACKAGES_UP[@]}"
        build_preset dev "Building with g++ (dev)"
        write_test_union "$SLUICE_ROOT/build/dev"
        run_ctest
        return
    fi
    [ $# -eq 0 ] || die "./dev test takes --fast or nothing, got '$1'"
    require_packages "${PACKAGES_TEST[@]}"
    for name in format shell lua; do
        lint_step "$name" || failed+=("$name")
    done
    build_preset dev "Building with g++ (dev)"
    # The optimizer sees more than the dev build, and what it warns of stops `./dev up`.
    build_preset release "Building sluice" sluice
    build_preset asan "Building with clang 19, address and UB sanitizers"
    build_preset tsan "Building with the thread sanitizer"
    lint_step tidy || failed+=(tidy)
    say "  ..  checks and builds took $((SECONDS - started)) s; now the tests of all builds"
    write_test_union "$SLUICE_ROOT"/build/{dev,asan,tsan}
    run_ctest || failed+=(tests)
    [ "${#failed[@]}" -eq 0 ] || die "failed: ${failed[*]}"
}
