// Routing decisions a second on one core: 20 facts, 5 candidates, the whole explanation kept.
// Prints one line of JSON. The argument is for how many milliseconds to measure.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <time.h>

#include <fmt/format.h>

#include "decision/policies.hpp"
#include "support/sound_health.hpp"

namespace {

using namespace sluice;

constexpr int kCandidates = 5;
constexpr std::int64_t kBetweenLooks = 256;

Value candidate(int number) {
    Value value;
    value.set("name", "wx-" + std::to_string(number));
    value.set("channel", "wechatpay");
    value.set("merchant_id", "");
    value.set("method", "wechatpay");
    value.set("scenes", Value(ValueArray{Value("qr"), Value("jsapi")}));
    value.set("amount_min", Money{1, cny()});
    // The last account is dropped, so that a reason against is part of every trace.
    value.set("amount_max", Money{number == kCandidates ? 100 : 5'000'000, cny()});
    value.set("cost_basis_points", 60 - number * 7 % 11);
    value.set("health", sluice::testing::sound_health());
    return value;
}

Value twenty_facts() {
    Value facts;
    facts.set("method", "wechatpay");
    facts.set("scene", "qr");
    facts.set("amount", Money{7000, cny()});
    facts.set("order_id", "ord_01KDVDN4002N0000000000000A");
    facts.set("merchant_id", "shop");
    facts.set("product_code", "web");
    for (int i = 7; i <= 20; ++i) {
        facts.set("fact_" + std::to_string(i), i % 2 == 0 ? Value(i) : Value("some text"));
    }
    return facts;
}

double thread_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

int measure(decision::Policies& policies, std::chrono::milliseconds lasting) {
    const Value facts = twenty_facts();
    std::int64_t decisions = 0;
    std::size_t trace_bytes = 0;
    const double began = thread_seconds();
    double took = 0;
    while (took * 1000 < static_cast<double>(lasting.count())) {
        for (std::int64_t i = 0; i < kBetweenLooks; ++i) {
            auto answer = policies.decide("route", facts);
            if (!answer) {
                fmt::print(stderr, "{}\n", answer.error().message);
                return 1;
            }
            ++decisions;
            if (trace_bytes == 0) {
                trace_bytes = to_json(*answer).size();
            }
        }
        took = thread_seconds() - began;
    }
    fmt::print(
        "{{\"bench\":\"decision\",\"decisions\":{},\"cpu_seconds\":{:.3f},"
        "\"decisions_per_second\":{:.0f},\"us_each\":{:.3f},\"facts\":20,\"candidates\":{},"
        "\"trace_bytes\":{}}}\n",
        decisions,
        took,
        static_cast<double>(decisions) / took,
        took * 1e6 / static_cast<double>(decisions),
        kCandidates,
        trace_bytes
    );
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    const long lasting = count > 1 ? std::strtol(arguments[1], nullptr, 10) : 2000;
    auto release = script::load_release(SLUICE_SOURCE_DIR);
    if (!release) {
        fmt::print(stderr, "{}\n", release.error().message);
        return 1;
    }
    ValueArray candidates;
    for (int i = 1; i <= kCandidates; ++i) {
        candidates.push_back(candidate(i));
    }
    auto policies = decision::Policies::create(*release, Value(std::move(candidates)));
    if (!policies) {
        fmt::print(stderr, "{}\n", policies.error().message);
        return 1;
    }
    return measure(**policies, std::chrono::milliseconds(lasting));
}
