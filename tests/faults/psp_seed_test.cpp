// `sluice psp --seed N` as testers start it: the seed reaches the channels that it plays.
#include <chrono>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "channel/crypto.hpp"
#include "simulator/demo_keys.hpp"
#include "support/node_psp.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr int kPayouts = 24;

/// What one simulator did.
struct Story {
    std::string key;   ///< that it made up
    std::string hits;  ///< the statuses of payouts of which it was to refuse the half
};

class PspSeed : public ::testing::Test {
  protected:
    void SetUp() override {
        folder_ = fs::path(::testing::TempDir()) / ("sluice_seed_" + std::to_string(getpid()));
        fs::remove_all(folder_);
        fs::create_directories(folder_);
        Psp::make_keys(folder_ / "keys");
    }
    void TearDown() override { fs::remove_all(folder_); }

    [[nodiscard]] ChildProcess::Command command(const std::vector<std::string>& more) const {
        ChildProcess::Command command{
            .arguments =
                {SLUICE_BINARY, "psp", "--listen", "127.0.0.1:0", "--keys", folder_ / "keys"},
            .log = folder_ / "log"
        };
        command.arguments.insert(command.arguments.end(), more.begin(), more.end());
        return command;
    }

    /// Of a simulator that is started so and ended again.
    Story told_by(const std::vector<std::string>& more) {
        ChildProcess process(command(more));
        Api api(process.wait_for_line("sluice psp listens on ", kStartLimit), "");
        const std::string account(simulator::kDemoBankAccount);
        Story story;
        story.key =
            api.post("/sim/bank/rotate", Value(ValueObject{{"account", account}})).text("key");
        const Reply ordered = api.post(
            "/sim/faults",
            Value(ValueObject{
                {"operation", "payout"},
                {"protocol", "bank"},
                {"kind", "refused"},
                {"count", -1},
                {"share_percent", 50}
            })
        );
        EXPECT_EQ(ordered.status, 201) << ordered.why;
        for (int i = 0; i < kPayouts; ++i) {
            story.hits += " " + std::to_string(pay_out(api, story.key, i).status);
        }
        return story;
    }

  private:
    /// Signed as channels/bank/README.md says.
    static Reply pay_out(Api& api, const std::string& key, int place) {
        const Value payee(ValueObject{
            {"name", "张三"},
            {"account_number", "6222020200112233445"},
            {"bank_code", "102100099996"}
        });
        const Value body(ValueObject{
            {"request_number", "PO202601010000" + std::to_string(10 + place)},
            {"amount", 1'000},
            {"currency", "CNY"},
            {"payee", payee},
            {"purpose", "货款"}
        });
        const std::string path = "/bank/v1/payouts";
        const std::string nonce = "nonce000000000000" + std::to_string(10 + place);
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        const std::string stamp = std::to_string(now.time_since_epoch().count());
        const std::string covered = "POST\n" + path + "\n" + stamp + "\n" + nonce + "\n" +
                                    channel::sha256_hex(to_json(body)) + "\n";
        return api.post(
            path,
            body,
            {{"Bank-Account", std::string(simulator::kDemoBankAccount)},
             {"Bank-Timestamp", stamp},
             {"Bank-Nonce", nonce},
             {"Bank-Signature", channel::hmac_sha256_hex(Secret(std::string(key)), covered)}}
        );
    }

    fs::path folder_;
};

TEST_F(PspSeed, MakesTwoProcessesAlikeAndAThirdAnother) {
    const Story first = told_by({"--seed", "7"});
    const Story again = told_by({"--seed", "7"});
    const Story another = told_by({"--seed", "8"});

    EXPECT_THAT(first.hits, HasSubstr(" 200"));
    EXPECT_THAT(first.hits, HasSubstr(" 403"));
    EXPECT_EQ(first.key, again.key);
    EXPECT_EQ(first.hits, again.hits);
    EXPECT_NE(first.key, another.key);
    EXPECT_NE(first.hits, another.hits);
}

TEST_F(PspSeed, IsOneWhereNobodySaysIt) {
    const Story unsaid = told_by({});
    const Story said = told_by({"--seed", "1"});

    EXPECT_NE(unsaid.key, "");
    EXPECT_EQ(unsaid.key, said.key);
    EXPECT_EQ(unsaid.hits, said.hits);
}

TEST_F(PspSeed, ThatIsNoNumberIsRefused) {
    for (const char* seed : {"seven", "", "-1", "7x", "18446744073709551616"}) {
        ChildProcess process(command({"--seed", seed}));
        EXPECT_TRUE(eventually([&] { return !process.is_running(); })) << seed;
        EXPECT_THAT(
            process.said(),
            HasSubstr("--seed has '" + std::string(seed) + "', expected a whole number")
        );
        EXPECT_EQ(process.stop(kStopLimit), 2) << seed;
    }
}

}  // namespace
}  // namespace sluice::testing
