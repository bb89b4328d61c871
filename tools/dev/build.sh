# shellcheck shell=bash
# CMake presets, configured once and built quietly.

# A second clone of the same sources finds what the first one compiled.
export CCACHE_BASEDIR="$SLUICE_ROOT" CCACHE_NOHASHDIR=1

configure_preset() {
    local preset="$1"
    [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset"
}

# build_preset PRESET TITLE [TARGET...]
build_preset() {
    local preset="$1" title="$2"
    shift 2
    step "build-$preset" "$title" run_build "$preset" "$@"
}

run_build() {
    local preset="$1" targets=()
    shift
    [ $# -eq 0 ] || targets=(--target "$@")
    configure_preset "$preset" &&
        cmake --build "build/$preset" -j "$(jobs_max)" "${targets[@]}"
}

cmd_clean() {
    [ ! -d "$RUN_DIR" ] || cmd_down
    rm -rf build
    say "removed build/"
    if [ "${1:-}" = "--all" ]; then
        rm -rf "$(data_dir)" "$STATE_DIR"
        say "removed .sluice/ (demo data, keys, logs)"
    fi
}
