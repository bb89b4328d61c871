#include "gateway/metrics.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace sluice::gateway {
namespace {

constexpr std::string_view kName = "sluice_http_request_duration_seconds";

std::string labels_of(std::size_t index) {
    if (index >= routes().size()) {
        return R"(method="",path="")";
    }
    const Route& route = routes()[index];
    return "method=\"" + std::string(route.method) + "\",path=\"" + std::string(route.pattern) +
           "\"";
}

std::string seconds_text(std::int64_t micros) {
    std::string text = std::to_string(micros / 1'000'000) + ".";
    const std::string fraction = std::to_string(micros % 1'000'000);
    return text + std::string(6 - fraction.size(), '0') + fraction;
}

void append(std::string& out, std::initializer_list<std::string_view> parts) {
    for (const std::string_view part : parts) {
        out += part;
    }
}

void append_head(std::string& out, std::string_view name, std::string_view type) {
    append(out, {"# TYPE ", name, " ", type, "\n"});
}

}  // namespace

Metrics::Metrics() : series_(routes().size() + 1) {}

void Metrics::count(const Route* route, int status, std::chrono::microseconds took) {
    const std::size_t index =
        route == nullptr ? routes().size() : static_cast<std::size_t>(route - routes().data());
    Series& series = series_[index];
    const int status_class = std::clamp(status / 100, 1, static_cast<int>(kClasses)) - 1;
    series.by_class[static_cast<std::size_t>(status_class)].fetch_add(1, std::memory_order_relaxed);
    series.sum_us.fetch_add(static_cast<std::uint64_t>(took.count()), std::memory_order_relaxed);
    const auto bucket = std::ranges::lower_bound(kBucketsUs, took.count());
    if (bucket != kBucketsUs.end()) {
        const auto at = static_cast<std::size_t>(bucket - kBucketsUs.begin());
        series.by_duration[at].fetch_add(1, std::memory_order_relaxed);
    }
}

void Metrics::count_refused_signature(SignatureFault fault) {
    refused_signatures_[static_cast<std::size_t>(fault)].fetch_add(1, std::memory_order_relaxed);
}

std::string Metrics::signatures_text() const {
    constexpr std::string_view kRefused = "sluice_refused_signatures_total";
    std::string text;
    append_head(text, kRefused, "counter");
    for (std::size_t i = 0; i < refused_signatures_.size(); ++i) {
        const auto n = refused_signatures_[i].load(std::memory_order_relaxed);
        const std::string count = std::to_string(n);
        append(text, {kRefused, "{fault=\"", kSignatureFaultNames[i], "\"} ", count, "\n"});
    }
    return text;
}

std::string Metrics::text() const {
    std::string requests;
    std::string durations;
    append_head(requests, "sluice_http_requests_total", "counter");
    append_head(durations, kName, "histogram");
    for (std::size_t index = 0; index < series_.size(); ++index) {
        const Series& series = series_[index];
        const std::string labels = labels_of(index);
        std::uint64_t total = 0;
        for (std::size_t i = 0; i < kClasses; ++i) {
            const auto n = series.by_class[i].load(std::memory_order_relaxed);
            total += n;
            if (n > 0) {
                append(
                    requests,
                    {"sluice_http_requests_total{",
                     labels,
                     ",status=\"",
                     std::to_string(i + 1),
                     "xx\"} ",
                     std::to_string(n),
                     "\n"}
                );
            }
        }
        if (total == 0) {
            continue;
        }
        std::uint64_t below = 0;
        for (std::size_t i = 0; i < kBucketsUs.size(); ++i) {
            below += series.by_duration[i].load(std::memory_order_relaxed);
            append(
                durations,
                {kName,
                 "_bucket{",
                 labels,
                 ",le=\"",
                 seconds_text(kBucketsUs[i]),
                 "\"} ",
                 std::to_string(below),
                 "\n"}
            );
        }
        append(
            durations, {kName, "_bucket{", labels, ",le=\"+Inf\"} ", std::to_string(total), "\n"}
        );
        const auto sum = static_cast<std::int64_t>(series.sum_us.load(std::memory_order_relaxed));
        append(durations, {kName, "_sum{", labels, "} ", seconds_text(sum), "\n"});
        append(durations, {kName, "_count{", labels, "} ", std::to_string(total), "\n"});
    }
    return requests + durations + signatures_text();
}

}  // namespace sluice::gateway
