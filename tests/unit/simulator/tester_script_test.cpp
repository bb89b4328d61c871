// What testers say to a running simulator, over real connections.
#include "simulator/tester_script.hpp"

#include <future>
#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/blocking.hpp"
#include "simulator/faults.hpp"
#include "simulator/key_files.hpp"
#include "unit/simulator/bank_fixture.hpp"
#include "unit/simulator/refund_fixture.hpp"

namespace sluice::simulator::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// How a script ended: "" and what it said, or its mistake.
struct Ended {
    std::string mistake;
    Value value;
    std::vector<std::string> said;
};

Ended run_script(const TesterScript& script, const TesterDoor& door) {
    Ended ended;
    TesterDoor heard = door;
    heard.say = [&](std::string_view line) { ended.said.emplace_back(line); };
    const auto value = run_tester_script(script, heard);
    ended.mistake = value ? "" : value.error().describe();
    ended.value = value.value_or(Value());
    return ended;
}

template <class Fixture>
class Testers : public Fixture {
  protected:
    [[nodiscard]] TesterDoor door() {
        return {
            .control =
                [this](const http::Request& request) {
                    return http::fetch(
                        this->client_,
                        {.method = request.method,
                         .url = this->psp_->url() + request.target,
                         .body = request.body}
                    );
                },
            .say = {}
        };
    }
    Ended run(const std::string& source) {
        return run_script({.name = "try.lua", .source = source}, door());
    }
    Ended run_example(const std::string& name) {
        const std::string path = SLUICE_SOURCE_DIR "/engine/simulator/testers/examples/" + name;
        return run_script({.name = name, .source = read_file(path).value()}, door());
    }
};

using TesterScripts = Testers<PspRefundTest>;

TEST_F(TesterScripts, LetThePayerPayTwiceAndLate) {
    auto calls = std::async(std::launch::async, [this] {
        EXPECT_EQ(status_of(create("EXAMPLE-TWICE")), 200);
        EXPECT_EQ(status_of(create("EXAMPLE-LATE")), 200);
        EXPECT_EQ(status_of(close("EXAMPLE-LATE")), 204);
    });

    const Ended ended = run_example("pay_twice_and_late.lua");
    calls.wait();

    EXPECT_EQ(ended.mistake, "");
    ASSERT_EQ(ended.said.size(), 1U);
    EXPECT_THAT(ended.said.front(), HasSubstr("paid at 2026-01-01T08:00:00"));
    EXPECT_EQ(receiver_.wait_for(3).size(), 3U) << "two of the first order, one of the second";
}

TEST_F(TesterScripts, EndARefundAndReverseIt) {
    ASSERT_EQ(status_of(create("EXAMPLE-BACK")), 200);
    auto calls = std::async(std::launch::async, [this] {
        const RefundCall wanted{.out_trade_no = "EXAMPLE-BACK", .out_refund_no = "EXAMPLE-REFUND"};
        constexpr int kTries = 5'000;
        for (int i = 0; i < kTries && status_of(refund(wanted)) != 200; ++i) {
        }
    });

    const Ended ended = run_example("refund_reversed.lua");
    calls.wait();

    EXPECT_EQ(ended.mistake, "");
    EXPECT_EQ(booked_refund("EXAMPLE-REFUND").text_or_empty("status"), "ABNORMAL");
}

TEST_F(TesterScripts, SayWhatIsToHappenAndSeeWhatDid) {
    ASSERT_EQ(status_of(create("ORDER-0001")), 200);

    const Ended ended = run(R"(
local id = psp.fault{ operation = "query", kind = "not_found", out_trade_no = "ORDER-0001" }
psp.expect(psp.faults()[1].id, id)
psp.payer.scans("ORDER-0001")
psp.payer.declines("ORDER-0001")
psp.payer.pays({ out_trade_no = "ORDER-0001", mchid = "1900000109" }, { payer = "oUpF8uMu" })
psp.expect(psp.callback("ORDER-0001", "forged"), 204, "the answer to a forgery")
psp.move_funds{ top_up = 100 }
psp.expect(psp.order("ORDER-0009"), nil, "an order that nobody made")
psp.expect(psp.refund("REFUND-0009"), nil)
psp.expect(psp.payout("PAYOUT-0009"), nil)
psp.say("serial", psp.rotate_keys("wechatpay").serial ~= nil, psp.funds()[1].balance)
psp.clear_faults()
return { faults = #psp.faults(), declined = psp.order("ORDER-0001").declined }
)");

    EXPECT_EQ(ended.mistake, "");
    EXPECT_THAT(ended.said, ElementsAre("serial true 1334"));
    EXPECT_EQ(to_json(ended.value), R"({"declined":1,"faults":0})");
    EXPECT_EQ(status_of(query("ORDER-0001")), 200);
}

TEST_F(TesterScripts, AreToldTheirMistakesAtTheirLine) {
    struct Row {
        const char* source;
        const char* mistake;
    };
    for (const Row& row :
         {Row{"\npsp.payer.pays('NOBODY-1')",
              "try.lua, line 2: the simulator refuses /sim/pay: ORDER_NOT_EXIST, no order "
              "'NOBODY-1'; name one by code_url or out_trade_no"},
          Row{"psp.fault{ operation = 'query', kind = 'missing' }",
              "try.lua, line 1: the simulator refuses /sim/faults: invalid, the fault 'missing' "
              "does not fit the operation 'query'"},
          Row{"psp.fault{ operation = 'query', kind = 'not_found', order = 'A' }",
              "try.lua, line 1: the simulator refuses /sim/faults: invalid, a fault has no "
              "member 'order'"},
          Row{"psp.payout_ends('PO-1', 'returned')",
              "try.lua, line 1: there is no payout 'PO-1' at any channel"},
          Row{"psp.expect(1, 2, 'the sum')", "try.lua, line 1: the sum is 1, wanted 2"},
          Row{"psp.wait_for('rain', function() return false end, 0)",
              "try.lua, line 1: waited in vain for rain"},
          Row{"psp.order(12)", "try.lua, line 1: a number is wanted, as a text: 'out_trade_no'"}}) {
        EXPECT_EQ(run(row.source).mistake, row.mistake);
    }
    EXPECT_THAT(run("psp.payer.paid('A')").mistake, HasSubstr("did you mean 'pays'?"));
}

TEST_F(TesterScripts, AreToldWhenNoSimulatorAnswers) {
    TesterDoor nowhere = door();
    nowhere.control = [this](const http::Request& request) {
        return http::fetch(client_, {.url = "http://127.0.0.1:1" + request.target});
    };

    const Ended ended = run_script({.name = "try.lua", .source = "psp.funds()"}, nowhere);

    EXPECT_THAT(ended.mistake, HasSubstr("try.lua, line 1: the simulator does not answer: "));
}

TEST_F(TesterScripts, RunInTheSandboxAndReachNothingElse) {
    EXPECT_THAT(run("os.exit(1)").mistake, HasSubstr("os"));
    EXPECT_THAT(
        run("control.ask('GET', '/v3/certificates')").mistake, HasSubstr("a path under /sim/")
    );
    const Ended endless = run_script(
        {.name = "try.lua",
         .source = "while true do end",
         .time_max = std::chrono::milliseconds(100)},
        door()
    );
    EXPECT_THAT(endless.mistake, HasSubstr("try.lua"));
}

TEST_F(TesterScripts, ReachASimulatorInTheSameProcess) {
    ASSERT_EQ(status_of(create("ORDER-0001")), 200);
    TesterDoor inside = door();
    inside.control = [this](const http::Request& request) -> http::ClientResult {
        return psp_->answer(request);
    };

    const Ended ended = run_script(
        {.name = "try.lua", .source = "return psp.payer.pays('ORDER-0001').trade_state"}, inside
    );

    EXPECT_EQ(ended.mistake, "");
    EXPECT_EQ(ended.value, Value("SUCCESS"));
}

/// Whether the manual has it as code, alone or as what is called.
bool is_in_manual(const std::string& manual, const std::string& word) {
    return manual.find("`" + word + "`") != std::string::npos ||
           manual.find("`psp." + word) != std::string::npos;
}

TEST(TesterManual, HasEveryWordAndEveryFault) {
    const std::string manual =
        read_file(SLUICE_SOURCE_DIR "/engine/simulator/testers/README.md").value();
    const std::string library(tester_library());
    const std::regex member(R"(\n  (\w+) = )");
    int words = 0;
    const std::size_t table = library.find("local psp = {");
    ASSERT_NE(table, std::string::npos);
    const std::string members = library.substr(table);
    for (std::sregex_iterator word(members.begin(), members.end(), member), end; word != end;
         ++word, ++words) {
        const std::string name = (*word)[1].str();
        EXPECT_TRUE(name == "payer" || is_in_manual(manual, name)) << name;
    }
    EXPECT_GT(words, 20);
    for (const FaultUse& use : fault_uses()) {
        EXPECT_TRUE(is_in_manual(manual, std::string(use.kind))) << use.kind;
        EXPECT_NE(manual.find(use.operation), std::string::npos) << use.operation;
    }
}

using BankTesterScripts = Testers<BankTest>;

TEST_F(BankTesterScripts, PayCollectionsAndReturnPayouts) {
    ASSERT_EQ(status_of(pay_out()), 200);
    ASSERT_EQ(status_of(collect(collection_body())), 200);

    const Ended ended = run(R"(
psp.bank_course{ tells_today = true }
psp.payer.transfers("CO20260101000001", { amount = 6999 })
psp.expect(psp.collection("CO20260101000001").received_amount, 6999)
psp.payout_ends("PO20260101000001", "returned", "ACCOUNT_CLOSED")
psp.bank_callback("PO20260101000001", "resend")
return psp.payout("PO20260101000001").status
)");

    EXPECT_EQ(ended.mistake, "");
    EXPECT_EQ(ended.value, Value("returned"));
    EXPECT_EQ(booked_collection().int_or("received_amount", 0), 6999);
}

}  // namespace
}  // namespace sluice::simulator::testing
