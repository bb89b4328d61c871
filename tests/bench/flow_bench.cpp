// What a composite payment costs in the flow core alone: a run, two activations, their journal
// rows; how much memory a run takes that waits for its payer; what a rebuild from the journal
// costs. Prints one line of JSON. The argument is the number of payments.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <malloc.h>
#include <memory>
#include <set>
#include <string>
#include <time.h>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

#include "decision/policies.hpp"
#include "flow/interpreter_pool.hpp"
#include "flow/run.hpp"
#include "json/json.hpp"
#include "script/release.hpp"
#include "support/sound_health.hpp"

namespace {

using namespace sluice;

constexpr Time kStart{std::chrono::seconds(1'767'225'600)};
constexpr std::size_t kLiveRuns = 10'000;

Value candidate(int number) {
    Value value;
    value.set("name", "wx-" + std::to_string(number));
    value.set("channel", "wechatpay");
    value.set("merchant_id", "");
    value.set("method", "wechatpay");
    value.set("scenes", Value(ValueArray{Value("qr")}));
    value.set("amount_min", Money{1, cny()});
    value.set("amount_max", Money{5'000'000, cny()});
    value.set("cost_basis_points", 60 - number);
    value.set("health", sluice::testing::sound_health());
    return value;
}

double thread_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

std::size_t resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    std::size_t total = 0;
    std::size_t resident = 0;
    statm >> total >> resident;
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

/// Everything a payment needs, and what went wrong; one thread.
struct Bench {
    script::ReleasePtr release;
    flow::FlowScriptsPtr scripts;
    std::unique_ptr<decision::Policies> policies;
    flow::Decider decider;
    flow::TermsSource terms = [](const flow::ChannelAddress&) {
        return flow::ChannelTerms{"1900000109", true, std::chrono::seconds(60)};
    };
    flow::InterpreterPool pool;
    SeededRandom random{1};
    std::string error;

    template <class Value>
    Value must(Result<Value> result) {
        if (!result) {
            fmt::print(stderr, "{}\n", result.error().message);
            std::exit(1);
        }
        return std::move(*result);
    }

    void open() {
        release = must(script::load_release(SLUICE_SOURCE_DIR));
        auto made = std::make_shared<flow::FlowScripts>();
        made->release = release->id;
        made->libraries = release->libraries;
        made->flow = release->flows.at("pay");
        scripts = made;
        ValueArray candidates;
        for (int i = 1; i <= 5; ++i) {
            candidates.push_back(candidate(i));
        }
        policies = must(decision::Policies::create(release, Value(std::move(candidates))));
        decider = [this](std::string_view policy, const Value& facts) {
            return policies->decide(policy, facts);
        };
    }

    payment::Picture picture() {
        payment::Picture picture;
        picture.order.id = OrderId::generate(kStart, Bucket{1}, random);
        picture.order.merchant_id = "shop";
        picture.order.product_code = "web";
        picture.order.amount = Money{10'000, cny()};
        picture.order.expires_at = kStart + std::chrono::minutes(15);
        auto& payment = picture.subject;
        payment.id = RunId::generate(kStart, Bucket{1}, random);
        payment.order_id = picture.order.id;
        payment.merchant_id = "shop";
        payment.flow = "pay";
        payment.amount = picture.order.amount;
        payment::Leg card;
        card.number = 1;
        card.kind = payment::LegKind::internal;
        card.method = "prepaid_card";
        card.account = AccountId::generate(kStart, Bucket{1}, random);
        card.amount = Money{3000, cny()};
        payment::Leg channel;
        channel.number = 2;
        channel.method = "wechatpay";
        channel.scene = "qr";
        channel.amount = Money{7000, cny()};
        picture.legs = {card, channel};
        return picture;
    }

    flow::JournalRow activate(flow::Run& run, std::vector<flow::Fact> facts) {
        flow::Kernel::Activation activation;
        activation.seq = run.next_seq();
        activation.now = kStart + std::chrono::milliseconds(activation.seq * 50);
        activation.facts = std::move(facts);
        activation.decider = &decider;
        activation.terms = &terms;
        const auto seq = activation.seq;
        const auto at = activation.now;
        const auto step = must(run.activate(std::move(activation)));
        return flow::journal_row(seq, at, step);
    }

    std::unique_ptr<flow::Run> waiting_run(std::vector<flow::JournalRow>& rows) {
        auto run = must(flow::Run::create(must(pool.place_for(scripts)), picture()));
        rows.push_back(activate(*run, {flow::Fact{}}));
        return run;
    }
};

flow::Fact paid(const flow::Run& run) {
    const auto& instruction = run.kernel().picture().instructions.back();
    flow::Fact fact;
    fact.kind = flow::Fact::Kind::outcome;
    fact.instruction = instruction.id;
    fact.exchange = 1;
    fact.outcome.kind = payment::OutcomeKind::succeeded;
    fact.outcome.number = instruction.id.raw().to_string();
    fact.outcome.merchant = instruction.merchant;
    fact.outcome.amount = instruction.amount;
    return fact;
}

struct Times {
    double create = 0;
    double first = 0;
    double second = 0;
    double drop = 0;
    double rebuild = 0;
    std::size_t row_bytes = 0;
};

Times pay_many(Bench& bench, int payments) {
    Times times;
    for (int i = 0; i < payments; ++i) {
        const auto picture = bench.picture();
        const double at0 = thread_seconds();
        auto run =
            bench.must(flow::Run::create(bench.must(bench.pool.place_for(bench.scripts)), picture));
        const double at1 = thread_seconds();
        const auto first = bench.activate(*run, {flow::Fact{}});
        const double at2 = thread_seconds();
        const auto second = bench.activate(*run, {paid(*run)});
        const double at3 = thread_seconds();
        run.reset();
        const double at4 = thread_seconds();
        auto again =
            bench.must(flow::Run::create(bench.must(bench.pool.place_for(bench.scripts)), picture));
        (void)bench.must(again->replay(
            {first.seq, first.at, bench.must(json::parse(first.body)), first.effects_hash}
        ));
        times.rebuild += thread_seconds() - at4;
        times.create += at1 - at0;
        times.first += at2 - at1;
        times.second += at3 - at2;
        times.drop += at4 - at3;
        times.row_bytes = first.body.size() + second.body.size();
    }
    return times;
}

}  // namespace

int main(int count, char** arguments) {
    const int payments =
        static_cast<int>(count > 1 ? std::strtol(arguments[1], nullptr, 10) : 5000);
    Bench bench;
    bench.open();
    (void)pay_many(bench, 200);
    const Times times = pay_many(bench, payments);

    const std::size_t before = resident_bytes();
    std::vector<std::unique_ptr<flow::Run>> live;
    std::vector<flow::JournalRow> rows;
    std::set<const flow::Interpreter*> interpreters;
    for (std::size_t i = 0; i < kLiveRuns; ++i) {
        rows.clear();
        live.push_back(bench.waiting_run(rows));
        interpreters.insert(&live.back()->interpreter());
    }
    const std::size_t after = resident_bytes();
    std::size_t counted = 0;
    for (const auto* interpreter : interpreters) {
        counted += interpreter->memory_bytes();
    }
    live.clear();
    const double trimming = thread_seconds();
    (void)malloc_trim(0);
    const double trimmed_in = thread_seconds() - trimming;
    const std::size_t dropped = std::max(resident_bytes(), before);
    const auto us = [payments](double seconds) { return seconds * 1e6 / payments; };
    fmt::print(
        "{{\"bench\":\"flow\",\"payments\":{},\"us_each\":{:.1f},\"us_create\":{:.1f},"
        "\"us_first\":{:.1f},\"us_second\":{:.1f},\"us_drop\":{:.1f},\"us_rebuild\":{:.1f},"
        "\"journal_bytes\":{},\"live_runs\":{},\"interpreters\":{},\"lua_bytes_each\":{},"
        "\"resident_bytes_each\":{},\"resident_bytes_each_dropped\":{},\"ms_trim\":{:.1f}}}\n",
        payments,
        us(times.create + times.first + times.second + times.drop),
        us(times.create),
        us(times.first),
        us(times.second),
        us(times.drop),
        us(times.rebuild),
        times.row_bytes,
        kLiveRuns,
        interpreters.size(),
        counted / kLiveRuns,
        (after - before) / kLiveRuns,
        (dropped - before) / kLiveRuns,
        trimmed_in * 1e3
    );
    return 0;
}
