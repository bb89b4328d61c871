# shellcheck shell=bash
# ./dev dictionary: trains a dictionary of journal bodies with what the fault tests and the
# benchmark write, and shows what it does to bodies that it was not trained with.

DICTIONARY_BYTES=12288
DICTIONARY_DIR=""

# What only these samples have in common must not fill the dictionary: identifiers and moments are
# replaced by random ones, the same within a body.
scramble_bodies() {
    perl -e '
        srand 1;
        my @digits = split //, "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        my %other;
        sub other { $other{$_[0]} //= join "", map { $digits[rand 32] } 1 .. length $_[0] }
        sub moment { sprintf "20%02d-%02d-%02dT%02d:%02d:%02d",
                             map { 1 + rand $_ } 98, 12, 28, 23, 58, 58 }
        my $digit = "[0-9A-HJKMNP-TV-Z]";
        while (<>) {
            %other = ();
            s/(?<![0-9A-Z])($digit)($digit {10})($digit {15})/$1 . other($2) . other($3)/gex;
            s/\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d/moment()/ge;
            print;
        }'
}

# tap_into KIND COMMAND... : runs it and keeps the journal bodies of every process it starts.
tap_into() {
    local folder="$DICTIONARY_DIR/tap-$1"
    shift
    mkdir -p "$folder"
    JOURNAL_TAP="$folder" \
        LD_PRELOAD="$SLUICE_ROOT/build/dev/tests/bench/libjournal_tap.so" "$@"
}

collect_from_tests() { tap_into tests ctest --test-dir build/dev -L fault; }

collect_from_bench() {
    bench_postgres_start
    bench_start stub "$(bench_program bench_stub_channel)"
    STUB_PORT=$BENCH_PORT
    bench_server_config
    tap_into bench bench_server_start
    bench_server_accounts
    bench_load --clients 64 --seconds 1 --warmup 0 --tag d --header "Prefer: wait=30" >/dev/null
}

# Every fourth body is held back. Those of the benchmark are at most a third of the samples.
split_bodies() {
    local kind of_tests
    cd "$DICTIONARY_DIR" || return 1
    of_tests=$(cat tap-tests/*.jsonl | wc -l)
    for kind in tests bench; do
        mkdir -p "train/$kind" "held/$kind"
        cat "tap-$kind"/*.jsonl | shuf --random-source=/dev/zero |
            if [ "$kind" = bench ]; then head -n $((of_tests / 2)); else cat; fi >"$kind.jsonl"
        awk 'NR % 4 != 0' "$kind.jsonl" | scramble_bodies | split -l 1 -a 4 - "train/$kind/"
        awk 'NR % 4 == 0' "$kind.jsonl" | split -l 1 -a 4 - "held/$kind/"
    done
}

# Of forty lengths of segments zstd takes the one that is best for a quarter of the samples: about a
# body as a whole. The same samples make the same dictionary.
train_dictionary() {
    find "$DICTIONARY_DIR/train" -type f | sort >"$DICTIONARY_DIR/train.list"
    zstd -q -f --train-fastcover=d=8,f=20,steps=40,split=75,accel=1 -3 --dictID=1 \
        --maxdict="$DICTIONARY_BYTES" --filelist="$DICTIONARY_DIR/train.list" -o "$1"
}

cmd_dictionary() {
    [ $# -eq 1 ] || die "./dev dictionary takes the name of the new file, got $# words"
    local file kind
    file=$(realpath "$1")
    prepare_state_dir
    require_packages "${PACKAGES_UP[@]}" perl-base zstd
    build_preset dev "Building with g++ (dev)"
    build_preset release "Building sluice and the benchmark" sluice bench_load bench_stub_channel
    BENCH_DIR=$(mktemp -d /var/tmp/sluice-bench-XXXXXX)
    DICTIONARY_DIR=$BENCH_DIR/dictionary
    trap bench_cleanup EXIT
    step dictionary-tests "Collecting from the fault tests" collect_from_tests
    collect_from_bench
    step dictionary-split "Holding back a quarter" split_bodies
    step dictionary-train "Training" train_dictionary "$file"
    for kind in tests bench; do
        say "  ..  levels 1 to 4 for bodies of $kind"
        zstd -q -b1 -e4 -D "$file" -r "$DICTIONARY_DIR/held/$kind"
    done
}
