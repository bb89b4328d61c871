#include <algorithm>
#include <chrono>
#include <functional>
#include <pthread.h>
#include <string>
#include <string_view>
#include <time.h>

#include <gtest/gtest.h>

#include "attacks/attack_file.hpp"
#include "script/try_script.hpp"

namespace sluice::attacks {
namespace {

using script::TryOutcome;
using script::TryRequest;
using script::TryResult;

#if defined(SLUICE_SANITIZED)
constexpr bool kIsSanitized = true;
#else
constexpr bool kIsSanitized = false;
#endif

// A sanitizer makes the same work several times slower and its frames several times larger.
constexpr std::size_t kStackBytes = kIsSanitized ? 4U << 20 : 256U << 10;
constexpr std::chrono::milliseconds kWallLimit{kIsSanitized ? 2000 : 50};
constexpr std::chrono::milliseconds kProcessorMax{kIsSanitized ? 20'000 : 1000};

constexpr std::string_view kVictim = R"(
local words = {}
for w in text.gmatch("the host is unchanged", "%a+") do list.insert(words, w:upper()) end
list.sort(words)
local n = 0
for k, v in pairs({ a = 1, b = 2 }) do n = n + v end
local ok, failure = attempt(fail, { code = "x" })
return { list.concat(words, " "), n, money(100, "CNY"):split{ 1, 2 }, ok, failure.code,
  type(math.floor(1.5)), tostring({}), select("#", 1, 2) }
)";

std::chrono::nanoseconds burned() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

void* call_function(void* function) {
    (*static_cast<std::function<void()>*>(function))();
    return nullptr;
}

/// Runs on a thread with a stack as small as production may give.
void on_small_stack(std::function<void()> work) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, kStackBytes);
    pthread_t thread{};
    const int started = pthread_create(&thread, &attributes, call_function, &work);
    pthread_attr_destroy(&attributes);
    ASSERT_EQ(started, 0);
    pthread_join(thread, nullptr);
}

TryRequest request_for(std::string name, std::string source) {
    TryRequest request;
    request.name = std::move(name);
    request.source = std::move(source);
    request.limits.wall = kWallLimit;
    return request;
}

TryRequest hostile_request(const AttackFile& attack) {
    TryRequest request = request_for(attack.name, attack.source);
    if (attack.is_generator) {
        const TryResult made = script::try_script(request);
        EXPECT_NE(made.value.as_text(), nullptr) << made.describe();
        request.source = made.value.as_text() == nullptr ? "" : *made.value.as_text();
    }
    return request;
}

std::string outcome_name(const TryResult& result) {
    return result.outcome == TryOutcome::ok ? "harmless"
                                            : std::string(script::to_string(result.outcome));
}

void expect_allowed(const AttackFile& attack, const TryResult& result) {
    EXPECT_NE(std::ranges::find(attack.expected, outcome_name(result)), attack.expected.end())
        << result.describe();
    if (result.outcome == TryOutcome::ok) {
        return;
    }
    EXPECT_EQ(result.script, attack.name);
    EXPECT_FALSE(result.message.empty());
    const bool has_line = result.message != "the script is longer than 64 KiB";
    EXPECT_EQ(result.line > 0, has_line) << result.describe();
    EXPECT_LT(result.message.size(), 3000U);
}

class Attack : public testing::TestWithParam<AttackFile> {};

TEST_P(Attack, EndsAsExpectedAndLeavesTheHostUnchanged) {
    const AttackFile& attack = GetParam();
    const TryRequest request = hostile_request(attack);
    const TryRequest victim = request_for("victim.lua", std::string(kVictim));
    const TryResult before = script::try_script(victim);
    TryResult first;
    TryResult after;
    std::chrono::nanoseconds took{};

    on_small_stack([&] {
        const auto begin = burned();
        first = script::try_script(request);
        took = burned() - begin;
        after = script::try_script(victim);
    });

    expect_allowed(attack, first);
    EXPECT_LT(took, kProcessorMax);
    EXPECT_LE(first.memory_bytes, request.limits.heap_bytes);
    EXPECT_EQ(before.outcome, TryOutcome::ok) << before.describe();
    EXPECT_EQ(after.describe(), before.describe());
    if (attack.runs_again) {
        const TryResult second = script::try_script(request);
        EXPECT_EQ(second.describe(), first.describe());
    }
}

INSTANTIATE_TEST_SUITE_P(
    Corpus, Attack, testing::ValuesIn(read_corpus(SLUICE_SOURCE_DIR "/tests/attacks")), name_of_case
);

TEST(AttackCorpus, IsLargeAndEveryFileHasItsHeader) {
    const auto corpus = read_corpus(SLUICE_SOURCE_DIR "/tests/attacks");

    EXPECT_GE(corpus.size(), 120U);
    for (const AttackFile& attack : corpus) {
        EXPECT_FALSE(attack.expected.empty()) << attack.name;
    }
}

/// What every deterministic attack gives, in one text.
std::string deterministic_results() {
    std::string all;
    for (const AttackFile& attack : read_corpus(SLUICE_SOURCE_DIR "/tests/attacks")) {
        if (attack.is_deterministic) {
            all += attack.name + " " + script::try_script(hostile_request(attack)).describe();
        }
    }
    return all;
}

std::string results_in(const std::string& environment) {
    const std::string command = environment + " SLUICE_ATTACKS_PRINT=1 '" + SLUICE_BUILD_DIR +
                                "/tests/attacks/attacks_test' "
                                "--gtest_filter=AttackDeterminism.PrintsItsResults";
    std::string out;
    FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) {
        return "cannot start a process";
    }
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
        out.push_back(static_cast<char>(c));
    }
    ::pclose(pipe);
    const std::size_t begin = out.find("results:\n");
    return begin == std::string::npos ? out : out.substr(begin, out.find(":end") - begin);
}

TEST(AttackDeterminism, PrintsItsResults) {
    const std::string results = deterministic_results();

    if (std::getenv("SLUICE_ATTACKS_PRINT") != nullptr) {
        std::printf("results:\n%s:end\n", results.c_str());
    }
    EXPECT_FALSE(results.empty());
}

TEST(AttackDeterminism, GivesTheSameBytesInEveryProcess) {
    const std::string expected = "results:\n" + deterministic_results();

    EXPECT_EQ(results_in("LC_ALL=C TZ=UTC"), expected);
    EXPECT_EQ(results_in("LC_ALL=de_DE.UTF-8 TZ=Asia/Shanghai"), expected);
    EXPECT_EQ(results_in("LC_ALL=C.UTF-8 TZ=America/New_York"), expected);
}

}  // namespace
}  // namespace sluice::attacks
