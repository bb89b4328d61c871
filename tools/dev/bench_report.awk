# Rows of measure() and record_fact() to the table of ./dev bench, with ratios to the floors' best.
$1 == "fact" {
    facts[++fact_count] = sprintf("%-62s %s", $2, $3)
    next
}
$1 ~ /^round-/ {
    job = substr($1, 7)
    round = ++rounds[job]
    speed[job, round] = $3
    p50[job, round] = $4
    p99[job, round] = $5
    cpu[job, round] = $8
    wal[job, round] = $10
    taken[job, round] = $11
    next
}
{
    rows[++row_count] = $0
    if ($3 + 0 > best[$1]) best[$1] = $3 + 0
}
# The middle one of values[1..count]; of an even number the lower one.
function median(values, count,    i, j, value) {
    for (i = 2; i <= count; ++i) {
        value = values[i]
        for (j = i - 1; j >= 1 && values[j] > value; --j) values[j + 1] = values[j]
        values[j + 1] = value
    }
    return values[int((count + 1) / 2)]
}
# The median over the rounds of what `job` has against what a floor has.
function against(what, job, floor,    i, values) {
    for (i = 1; i <= rounds[job]; ++i) {
        values[i] = what[job, i] / (what[floor, i] > 0 ? what[floor, i] : 1)
    }
    return sprintf("%.2f", median(values, rounds[job]))
}
function middle(what, job,    i, values) {
    for (i = 1; i <= rounds[job]; ++i) values[i] = what[job, i]
    return sprintf("%.1f", median(values, rounds[job]))
}
function print_rounds(what, clients,    job) {
    job = what "-" clients
    if (rounds[job] == 0) return
    print what ", " clients (clients == 1 ? " client" : " clients") ", medians of " rounds[job] \
        " rounds in turn with the floors: p50 " \
        middle(p50, job) " ms, p99 " middle(p99, job) " ms, " \
        "throughput " against(speed, job, "naive") "x of naive, PostgreSQL CPU " \
        against(cpu, job, "batch") "x and WAL " against(wal, job, "batch") "x of batch; " \
        middle(taken, job) " % of the machine given to others"
}
function ratio(value, base) { return base > 0 ? sprintf("%.2f", value / base) : "-" }
END {
    printf "\n%-8s %7s %11s %8s %8s %9s | %7s %7s | us CPU: %6s %6s %6s | %7s | %7s\n",
        "job", "clients", "each/s", "p50 ms", "p99 ms", "max ms", "x naive", "x batch",
        "server", "pg", "stub", "WAL B", "taken %"
    for (i = 1; i <= row_count; ++i) {
        split(rows[i], f, "\t")
        printf "%-8s %7s %11s %8s %8s %9s | %7s %7s |         %6s %6s %6s | %7s | %7s\n",
            f[1], f[2], f[3], f[4], f[5], f[6], ratio(f[3], best["naive"]),
            ratio(f[3], best["batch"]), f[7], f[8], f[9], f[10], f[11]
    }
    print ""
    print_rounds("sluice", 1)
    print_rounds("sluice", 64)
    print_rounds("sluice", 512)
    print_rounds("refund", 64)
    print_rounds("payout", 64)
    for (i = 1; i <= fact_count; ++i) print facts[i]
}
