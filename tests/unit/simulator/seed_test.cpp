// A seed and its channels: the same one gives the same numbers and lets a share of faults hit the
// same requests, another one does not.
#include <functional>
#include <regex>
#include <string>

#include <gtest/gtest.h>

#include "unit/simulator/alipay_fixture.hpp"
#include "unit/simulator/bank_fixture.hpp"

namespace sluice::simulator::testing {
namespace {

constexpr std::uint64_t kSeed = 7;
constexpr std::uint64_t kOtherSeed = 8;
constexpr int kFirst = 10;
constexpr int kLast = 29;

/// What a channel did: which requests the faults hit, and every number that it made up.
struct Story {
    std::string hits;  ///< how each request ended
    std::string told;  ///< answers and books
};

/// Half of the requests of an operation are refused for ever.
std::string refuses_half(const std::string& operation, const std::string& protocol) {
    return R"({"operation":")" + operation + R"(","protocol":")" + protocol +
           R"(","kind":"refused","count":-1,"share_percent":50})";
}

/// Books without what hangs on how often a callback was tried.
std::string without_callback_counts(const std::string& books) {
    static const std::regex counts("callbacks_[a-z]+.:[0-9]+");
    return std::regex_replace(books, counts, "");
}

void note(Story& story, const http::ClientResult& answer) {
    story.hits += " " + std::to_string(status_of(answer));
    story.told += answer.value().body + "\n";
}

void expect_to_hang_on_the_seed(const std::function<Story(std::uint64_t)>& tell) {
    const Story first = tell(kSeed);
    const Story again = tell(kSeed);
    const Story another = tell(kOtherSeed);

    EXPECT_EQ(first.hits, again.hits);
    EXPECT_EQ(first.told, again.told);
    EXPECT_NE(first.hits, another.hits);
    EXPECT_NE(first.told, another.told);
}

using SeededWechatPay = PspTest;

TEST_F(SeededWechatPay, RepeatsItselfForItsSeedAlone) {
    expect_to_hang_on_the_seed([this](std::uint64_t seed) {
        restart(seed);
        order_fault(refuses_half("create", "wechatpay"));
        Story story;
        for (int i = kFirst; i <= kLast; ++i) {
            const std::string number = "SL202601010000" + std::to_string(i);
            note(story, create(number));
            (void)pay(number);
        }
        story.told += without_callback_counts(control("/sim/books").value().body);
        return story;
    });
}

class SeededAlipay : public AlipayTest {
  protected:
    /// Of the orders of this test; the two digits are its own.
    void say(Story& story, Operation operation, int number) {
        const std::string digits = std::to_string(number);
        channel::ExchangeOrder order = order_of(operation);
        const bool is_collect = operation == Operation::collect;
        const std::string paid = "01KDXVZQ4M8N2P6R0S4T8V2W" + digits;
        const std::string own = is_collect ? paid : "01KDXW2E8B5F7M9Q3T6V8X0Z" + digits;
        order.instruction.id = InstructionId(Id128::parse(own).value());
        if (operation == Operation::refund) {
            order.instruction.original.id = InstructionId(Id128::parse(paid).value());
        }
        const payment::Outcome outcome = exchange(order);
        if (is_collect && outcome.kind == payment::OutcomeKind::pending) {
            EXPECT_EQ(status_of(control("/sim/scan", R"({"out_trade_no":")" + paid + "\"}")), 200);
            EXPECT_EQ(status_of(pay(paid)), 200);
        }
        story.hits += " " + std::string(to_string(outcome.kind));
        story.told += to_json(outcome.next_action) + "\n";
    }
    /// Everything that the books say, the numbers that they made up too.
    std::string books() {
        std::string all;
        for (const char* path : {"/sim/books", "/sim/refunds", "/sim/alipay/books"}) {
            all += without_callback_counts(control(path).value().body);
        }
        return all;
    }
};

TEST_F(SeededAlipay, RepeatsItselfForItsSeedAlone) {
    expect_to_hang_on_the_seed([this](std::uint64_t seed) {
        start_over(seed);
        Story story;
        for (const char* operation : {"create", "refund", "payout"}) {
            order_fault(refuses_half(operation, "alipay"));
        }
        for (int i = kFirst; i <= kLast; ++i) {
            account_ = "key";
            say(story, Operation::collect, i);
            say(story, Operation::refund, i);
            account_ = "certificate";
            say(story, Operation::payout, i);
        }
        story.told += books();
        return story;
    });
}

class SeededBank : public BankTest {
  protected:
    /// How the bank answers to a payout or a collection of which it tells nobody.
    http::ClientResult say(const std::string& operation, const std::string& number) {
        const bool is_payout = operation == "payout";
        Value body = is_payout ? payout_body("PO" + number, 1'000) : collection_body("CO" + number);
        body.set("notify_url", nullptr);
        return is_payout ? send_payout(body) : collect(body);
    }
};

TEST_F(SeededBank, RepeatsItselfForItsSeedAlone) {
    expect_to_hang_on_the_seed([this](std::uint64_t seed) {
        restart(seed);
        Story story;
        for (const char* operation : {"create", "payout"}) {
            order_fault(refuses_half(operation, "bank"));
        }
        for (int i = kFirst; i <= kLast; ++i) {
            for (const char* operation : {"create", "payout"}) {
                note(story, say(operation, "202601010000" + std::to_string(i)));
            }
        }
        story.told += control("/sim/bank/books").value().body;
        return story;
    });
}

}  // namespace
}  // namespace sluice::simulator::testing
