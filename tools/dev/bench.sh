# shellcheck shell=bash
cmd_bench() { die "later"; }
