// The load of ./dev bench: composite payments over keep-alive HTTP/1.1, one JSON line as result.
#include <cstdio>
#include <string>
#include <sys/resource.h>

#include "bench/load_client.hpp"

namespace {

using sluice::bench::LoadPlan;
using sluice::bench::LoadResult;

std::string statuses_of(const LoadResult& result) {
    std::string text;
    for (const auto& [status, count] : result.by_status) {
        text += text.empty() ? "" : ",";
        text += "\"" + std::to_string(status) + "\":" + std::to_string(count);
    }
    return text;
}

/// Of this process so far, user and system.
double cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto micros = [](const timeval& time) { return time.tv_sec * 1'000'000 + time.tv_usec; };
    return static_cast<double>(micros(usage.ru_utime) + micros(usage.ru_stime)) / 1e6;
}

void print(const LoadPlan& plan, LoadResult& result) {
    const double seconds = result.seconds > 0 ? result.seconds : 1;
    std::printf(
        "{\"clients\":%zu,\"seconds\":%.2f,\"answered\":%zu,\"succeeded\":%llu,"
        "\"succeeded_all\":%llu,\"broken\":%llu,\"cpu_s\":%.2f,\"per_second\":%.1f,"
        "\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f,\"status\":{%s}}\n",
        plan.clients,
        seconds,
        result.latencies.count(),
        static_cast<unsigned long long>(result.succeeded),
        static_cast<unsigned long long>(result.succeeded_all),
        static_cast<unsigned long long>(result.broken),
        cpu_seconds(),
        static_cast<double>(result.succeeded) / seconds,
        result.latencies.quantile_ms(0.5),
        result.latencies.quantile_ms(0.99),
        result.latencies.quantile_ms(1),
        statuses_of(result).c_str()
    );
}

}  // namespace

int main(int argc, char** argv) {
    const auto plan = sluice::bench::parse_plan({argv + 1, argv + argc});
    if (!plan) {
        return 2;
    }
    LoadResult result = sluice::bench::LoadClient(*plan).run();
    print(*plan, result);
    return result.succeeded > 0 ? 0 : 1;
}
