# Rows of measure() and record_fact() to the table of ./dev bench, with ratios to the floors' best.
$1 == "fact" {
    facts[++fact_count] = sprintf("%-44s %s", $2, $3)
    next
}
{
    rows[++row_count] = $0
    if ($3 + 0 > best[$1]) {
        best[$1] = $3 + 0
        best_cpu[$1] = $8
        best_wal[$1] = $10
    }
}
function ratio(value, base) { return base > 0 ? sprintf("%.2f", value / base) : "-" }
END {
    printf "\n%-7s %7s %11s %8s %8s %9s | %7s %7s | us CPU: %6s %6s %6s | %7s\n",
        "job", "clients", "payments/s", "p50 ms", "p99 ms", "max ms", "x naive", "x batch",
        "server", "pg", "stub", "WAL B"
    for (i = 1; i <= row_count; ++i) {
        split(rows[i], f, "\t")
        printf "%-7s %7s %11s %8s %8s %9s | %7s %7s |         %6s %6s %6s | %7s\n",
            f[1], f[2], f[3], f[4], f[5], f[6], ratio(f[3], best["naive"]),
            ratio(f[3], best["batch"]), f[7], f[8], f[9], f[10]
        if (f[1] == "sluice" && f[2] == 64) {
            at_64 = sprintf("PostgreSQL CPU %sx, WAL %sx of batch; throughput %sx of naive's best",
                ratio(f[8], best_cpu["batch"]), ratio(f[10], best_wal["batch"]),
                ratio(f[3], best["naive"]))
        }
    }
    print ""
    if (at_64 != "") print "at 64 clients: " at_64
    for (i = 1; i <= fact_count; ++i) print facts[i]
}
