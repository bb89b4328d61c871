#include "gateway/timeline.hpp"

#include <array>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/timeline_text.hpp"
#include "json/json.hpp"

namespace sluice::testing {
namespace {

using gateway::Narrator;
using gateway::Sentence;

payment::Instruction instruction_at(const std::string& channel, int leg) {
    payment::Instruction instruction;
    instruction.id = InstructionId(Id128{.high = 0x100, .low = static_cast<std::uint64_t>(leg)});
    instruction.leg_number = leg;
    instruction.channel = channel;
    return instruction;
}

payment::Picture composite() {
    payment::Picture picture;
    picture.subject.id = RunId(Id128{.high = 0x100, .low = 9});
    picture.subject.amount = Money{10'000, cny()};
    picture.order.merchant_order_number = "A-1";
    picture.instructions.push_back(instruction_at("prepaid_card", 1));
    picture.instructions.push_back(instruction_at("wechatpay", 2));
    picture.instructions[1].channel_account = "main";
    return picture;
}

/// `card` and `wechat` in the text stand for the ids of the two instructions.
Value item(std::string text) {
    const auto picture = composite();
    const std::vector<std::pair<std::string, std::size_t>> names{{"<card>", 0}, {"<wechat>", 1}};
    for (const auto& [name, index] : names) {
        for (auto found = text.find(name); found != std::string::npos; found = text.find(name)) {
            text.replace(found, name.size(), picture.instructions[index].id.to_string());
        }
    }
    return json::parse(text).value();
}

struct Told {
    const char* item;
    const char* en;
    const char* zh;
};

void expect(const std::vector<Told>& rows) {
    const auto picture = composite();
    const Narrator narrator(picture);
    for (const Told& row : rows) {
        const Sentence sentence = narrator.tell(item(row.item));
        EXPECT_EQ(sentence.en, row.en);
        EXPECT_EQ(sentence.zh, row.zh);
    }
}

TEST(TimelineText, TellsWhatCameIn) {
    expect({
        {R"({"type":"started"})",
         "The payment of 100.00 CNY for order A-1 began.",
         "订单 A-1 的支付开始，金额 100.00 CNY。"},
        {R"({"type":"outcome","instruction":"<wechat>","operation":"query",)"
         R"("outcome":{"kind":"pending","code":"NOTPAY","message":"not paid"}})",
         "Asked how the order stands, wechatpay (main) answered: accepted, the payer or the "
         "channel "
         "still acts, NOTPAY: not paid.",
         "wechatpay (main) 对“查询订单”的结果：已受理，等待付款人或渠道, NOTPAY: not paid。"},
        {R"({"type":"outcome","instruction":"<wechat>","operation":"collect",)"
         R"("outcome":{"kind":"unknown","code":"timeout"}})",
         "Asked to take the order, wechatpay (main) answered: no answer to rely on, it may have "
         "been "
         "done, timeout.",
         "wechatpay (main) 对“下单”的结果：结果未知，可能已执行, timeout。"},
        {R"({"type":"callback","instruction":"<wechat>","outcome":{"kind":"succeeded"}})",
         "wechatpay (main) told us unasked: paid.",
         "wechatpay (main) 主动通知：已支付。"},
        {R"({"type":"timer"})", "A waiting time was over.", "等待时间到。"},
        {R"({"type":"close_requested"})",
         "The business system asked to close the payment.",
         "业务系统请求关闭支付。"},
        {R"({"type":"close_requested","reason":"superseded"})",
         "Another attempt to pay the order is to take the place of this one.",
         "另一次支付尝试将取代本次支付。"},
    });
}

TEST(TimelineText, TellsDecisionsWithTheirReasons) {
    expect({
        {R"({"type":"decision","value":{"policy":"risk","allowed":true}})",
         "The risk check allowed the payment.",
         "风控检查通过。"},
        {R"({"type":"decision","value":{"policy":"risk","allowed":false,"code":"over_limit",)"
         R"("message":"too much"}})",
         "The risk check stopped the payment, over_limit: too much.",
         "风控检查拒绝, over_limit: too much。"},
        {R"({"type":"decision","value":{"policy":"route",)"
         R"("accounts":[{"name":"a","why":"cheap"},{"name":"b","why":"dear"}],)"
         R"("dropped":[{"name":"c","why":"no scene"}]}})",
         "Routing chose a (cheap); next would be b (dear); left out: c (no scene).",
         "路由选择 a (cheap)；备选 b (dear)；排除 c (no scene)。"},
        {R"({"type":"decision","value":{"policy":"route","accounts":[],"dropped":[]}})",
         "Routing found no channel account.",
         "路由未找到可用渠道账户。"},
        {R"({"type":"decision","value":{"policy":"other"}})",
         "The policy 'other' decided.",
         "策略“other”作出决定。"},
        {R"({"type":"terms","value":{"channel":"wechatpay","channel_account":"main","terms":)"
         R"({"merchant":"1900000109","collect_may_repeat":true,"not_found_after_seconds":60}}})",
         "At wechatpay (main) we are merchant 1900000109; an order it cannot find after 60 s does "
         "not exist.",
         "我们在 wechatpay (main) 的商户号是 1900000109；60 秒后仍查不到的订单视为不存在。"},
        {R"({"type":"terms","value":{"channel":"wechatpay","channel_account":"gone",)"
         R"("terms":null}})",
         "There is no channel account wechatpay (gone).",
         "没有渠道账户 wechatpay (gone)。"},
        {R"({"type":"refusal","value":{"code":"insufficient_balance"}})",
         "The ledger refused, insufficient_balance.",
         "账务拒绝, insufficient_balance。"},
    });
}

TEST(TimelineText, TellsWhatThePaymentDid) {
    expect({
        {R"({"type":"stage","name":"collect","phase":"begun"})",
         "Stage 'collect' began.",
         "阶段“collect”开始。"},
        {R"({"type":"stage","name":"collect","phase":"done"})",
         "Stage 'collect' is done.",
         "阶段“collect”完成。"},
        {R"({"type":"instruct","instruction":"<wechat>","leg":2,)"
         R"("amount":{"$money":[7000,"CNY"]}})",
         "Leg 2: 70.00 CNY shall come from wechatpay (main).",
         "第 2 部分：70.00 CNY 由 wechatpay (main) 支付。"},
        {R"({"type":"exchange","instruction":"<wechat>","operation":"close","repeats":true})",
         "Asking wechatpay (main) to close the order once more.",
         "再次向 wechatpay (main) 关闭订单。"},
        {R"({"type":"instruction","instruction":"<wechat>","status":"unknown"})",
         "Leg 2 at wechatpay (main): unknown: the money may or may not have moved.",
         "第 2 部分（wechatpay (main)）：未知：资金可能已变动。"},
        {R"({"type":"hold","instruction":"<card>","amount":{"$money":[3000,"CNY"]}})",
         "Froze 30.00 CNY on prepaid_card.",
         "冻结 prepaid_card 30.00 CNY。"},
        {R"({"type":"capture","instruction":"<card>","amount":{"$money":[3000,"CNY"]}})",
         "Took 30.00 CNY on prepaid_card.",
         "扣除 prepaid_card 30.00 CNY。"},
        {R"({"type":"release","instruction":"<card>","amount":{"$money":[3000,"CNY"]}})",
         "Gave back 30.00 CNY on prepaid_card.",
         "退回 prepaid_card 30.00 CNY。"},
        {R"({"type":"post","side":"debit","gl":"1101","owner":"main",)"
         R"("amount":{"$money":[7000,"CNY"]}})",
         "Booked: debit 1101 Payment in transit (main), 70.00 CNY.",
         "记账：借 1101 支付在途（main）70.00 CNY。"},
        {R"({"type":"case","kind":"refund_due","instruction":"<wechat>",)"
         R"("amount":{"$money":[7000,"CNY"]}})",
         "A person must look: refund_due, 70.00 CNY at wechatpay (main).",
         "需人工处理：refund_due，wechatpay (main) 70.00 CNY。"},
        {R"({"type":"status","status":"failed","code":"no_channel","message":"none"})",
         "The payment: failed, no_channel: none.",
         "支付状态：失败, no_channel: none。"},
    });
}

TEST(TimelineText, TellsWhatPeopleAreAskedAndWhatTheySay) {
    expect({
        {R"({"type":"decision","value":{"policy":"payout_approval","needed":0,"why":"small"}})",
         "Nobody has to agree: small.",
         "无需审批：small。"},
        {R"({"type":"decision","value":{"policy":"payout_approval","needed":2,"role":"finance",)"
         R"("why":"large"}})",
         "2 of finance must agree: large.",
         "需 finance 中 2 人同意：large。"},
        {R"({"type":"task","turn":"opened","task":"tsk_1","kind":"resolve","role":"operations",)"
         R"("needed":2})",
         "2 of operations must decide: resolve (tsk_1).",
         "等待 operations 中 2 人表决：resolve（tsk_1）。"},
        {R"({"type":"task_vote","vote":{"actor":"li.lei","verdict":"approve",)"
         R"("values":{"outcome":"succeeded","evidence":"statement 7"},"note":""}})",
         "li.lei approved: outcome succeeded, evidence statement 7.",
         "li.lei 同意：outcome succeeded, evidence statement 7。"},
        {R"({"type":"task_vote","vote":{"actor":"li.lei","verdict":"deny","note":"no invoice"}})",
         "li.lei said no: no invoice.",
         "li.lei 否决：no invoice。"},
        {R"({"type":"task","turn":"voted","task":"tsk_1","actor":"li.lei"})",
         "The word of li.lei counts.",
         "li.lei 的表决已计入。"},
        {R"({"type":"task","turn":"escalated","task":"tsk_1","role":"finance or management"})",
         "Nobody decided in time: now finance or management may.",
         "未及时表决，现由 finance or management 处理。"},
        {R"({"type":"task","turn":"decided","task":"tsk_1","status":"expired"})",
         "Task tsk_1 expired before enough people had decided.",
         "任务 tsk_1 已过期，未获足够表决。"},
        {R"({"type":"resolve","task":"tsk_1","instruction":"<wechat>","outcome":"refused"})",
         "People found out what became of it at wechatpay (main): the money did not move.",
         "人工核实 wechatpay (main)：资金未变动。"},
    });
}

TEST(TimelineText, TellsTheStoryOfARefund) {
    auto picture = composite();
    picture.subject.service = payment::Service::refund;
    payment::Refund refund;
    payment::RefundSource source;
    source.instruction = InstructionId(Id128{.high = 0x200, .low = 1});
    source.channel = "prepaid_card";
    refund.sources.push_back(source);
    picture.details = refund;
    for (auto& instruction : picture.instructions) {
        instruction.purpose = payment::Purpose::refund;
        instruction.leg_number = 0;
    }
    const Narrator narrator(picture);
    const std::string of = R"("instruction":")" + source.instruction.to_string() + "\"";
    const std::string amount = R"("amount":{"$money":[3000,"CNY"]})";

    const std::vector<std::array<std::string, 3>> rows = {
        {R"({"type":"started"})",
         "The refund of 100.00 CNY of order A-1 began.",
         "订单 A-1 的退款开始，金额 100.00 CNY。"},
        {R"({"type":"decision","value":{"policy":"refund_risk","allowed":true}})",
         "The risk check allowed the refund.",
         "风控检查通过。"},
        {R"({"type":"decision","value":{"policy":"spread","parts":[{"source":1,)" + amount +
             R"(},{"source":2,)" + amount + "}]}}",
         "The refund is spread: 30.00 CNY prepaid_card, 30.00 CNY source 2.",
         "退款分摊：30.00 CNY prepaid_card, 30.00 CNY source 2。"},
        {R"({"type":"refund_claim",)" + of + "," + amount + "}",
         "Of what prepaid_card collected, 30.00 CNY are kept for this.",
         "占用 prepaid_card 已收款 30.00 CNY 用于退款。"},
        {R"({"type":"refund_yield",)" + of + "," + amount + "}",
         "Of what prepaid_card collected, 30.00 CNY may be given back anew.",
         "释放 prepaid_card 已收款 30.00 CNY 的退款占用。"},
        {R"({"type":"instruct","instruction":"<wechat>",)" + amount + "}",
         "30.00 CNY shall go back to wechatpay (main).",
         "30.00 CNY 将退回 wechatpay (main)。"},
        {R"({"type":"exchange","instruction":"<wechat>","operation":"refund"})",
         "Asking wechatpay (main) to give the money back.",
         "向 wechatpay (main) 退款。"},
        {R"({"type":"outcome","instruction":"<wechat>","operation":"refund_query",)"
         R"("outcome":{"kind":"succeeded"}})",
         "Asked what became of the refund, wechatpay (main) answered: given back.",
         "wechatpay (main) 对“查询退款”的结果：已退款。"},
        {R"({"type":"callback","instruction":"<wechat>","outcome":{"kind":"returned"}})",
         "wechatpay (main) told us unasked: the money came back to us.",
         "wechatpay (main) 主动通知：款项已退回我方。"},
        {R"({"type":"instruction","instruction":"<wechat>","status":"succeeded"})",
         "Refund at wechatpay (main): succeeded.",
         "退款（wechatpay (main)）：成功。"},
        {R"({"type":"give","instruction":"<card>",)" + amount + "}",
         "Put 30.00 CNY on prepaid_card.",
         "存入 prepaid_card 30.00 CNY。"},
        {R"({"type":"status","status":"returned"})",
         "The refund: gone out and come back to us.",
         "退款状态：已退回我方。"},
    };
    for (const auto& [text, en, zh] : rows) {
        const Sentence sentence = narrator.tell(item(text));
        EXPECT_EQ(sentence.en, en);
        EXPECT_EQ(sentence.zh, zh);
    }
}

TEST(TimelineText, TellsWhatItDoesNotKnowByItsType) {
    expect({{R"({"type":"brand_new","x":1})", "brand_new", "brand_new"}});
}

TEST(TimelineText, NamesLedgerAccountsAsTheLedgerDoes) {
    std::ifstream in(std::string(SLUICE_SOURCE_DIR) + "/db/migrations/0001_ledger.sql");
    const std::string migration{std::istreambuf_iterator<char>(in), {}};

    for (const std::string gl : {"1101", "2001", "2002", "2101", "2201", "2202", "2204"}) {
        const gateway::Word name = gateway::ledger_account_word(gl);
        EXPECT_THAT(
            migration,
            ::testing::HasSubstr(
                "('" + gl + "', '" + std::string(name.en) + "', '" + std::string(name.zh) + "'"
            )
        );
    }
    EXPECT_EQ(gateway::ledger_account_word("9999").en, "9999");
}

TEST(Timeline, TellsWhatLimitsAPayoutAndWhatItIsCountedTowards) {
    expect({
        {R"({"type":"decision","value":{"policy":"payout_limits","why":"as agreed",)"
         R"("merchant_day":{"$money":[500000,"CNY"]},"payee_day":{"$money":[7000,"CNY"]}}})",
         "Limits: the merchant's payouts of the day 5000.00 CNY, the payouts to the payee of the "
         "day 70.00 CNY; as agreed.",
         "限额：商户当日付款 5000.00 CNY，收款方当日收款 70.00 CNY；as agreed。"},
        {R"({"type":"decision","value":{"policy":"payout_limits","why":"ours"}})",
         "Payouts are not limited: ours.",
         "付款不设限额：ours。"},
        {R"({"type":"limit_claim","sum":"payee_day","day":"2026-01-01",)"
         R"("amount":{"$money":[3000,"CNY"]},"most":{"$money":[7000,"CNY"]}})",
         "Counted 30.00 CNY towards the payouts to the payee of the day (2026-01-01), at most "
         "70.00 CNY.",
         "计入限额 30.00 CNY：收款方当日收款（2026-01-01），上限 70.00 CNY。"},
        {R"({"type":"limit_claim","sum":"order","day":"infinity",)"
         R"("amount":{"$money":[3000,"CNY"]}})",
         "Counted 30.00 CNY towards what makes the order good.",
         "计入限额 30.00 CNY：订单赔付。"},
    });
}

TEST(Timeline, NamesTheOrderThatAPayoutMakesGood) {
    payment::Picture picture;
    picture.subject.service = payment::Service::payout;
    picture.subject.amount = Money{3000, cny()};
    payment::Payout payout;
    payout.order = OrderId(Id128{.high = 0x100, .low = 7});
    picture.details = payout;
    const Sentence sentence = Narrator(picture).tell(item(R"({"type":"started"})"));

    EXPECT_EQ(
        sentence.en,
        "The payout of 30.00 CNY that makes " + payout.order.to_string() + " good began."
    );
    EXPECT_NE(sentence.zh.find("赔付 " + payout.order.to_string()), std::string::npos);
}

TEST(Timeline, SaysForEachItemWhichStageAndLegItBelongsTo) {
    const std::vector<gateway::JournalActivation> journal{
        {1,
         Time{},
         item(R"({"facts":[{"type":"started"}],"effects":[)"
              R"({"type":"stage","name":"reserve","phase":"begun"},)"
              R"({"type":"hold","instruction":"<card>"},)"
              R"({"type":"stage","name":"reserve","phase":"done"},)"
              R"({"type":"stage","name":"collect","phase":"begun"}]})")},
        {2, Time{}, item(R"({"facts":[{"type":"callback","instruction":"<wechat>"}]})")},
        {3,
         Time{},
         item(R"({"effects":[{"type":"stage","name":"collect","phase":"done"},)"
              R"({"type":"status","status":"succeeded"}]})")},
    };

    const Value timeline = gateway::render_timeline(composite(), journal);
    auto refund = composite();
    refund.subject.service = payment::Service::refund;
    EXPECT_NE(timeline.find("payment_id"), nullptr);
    EXPECT_NE(gateway::render_timeline(refund, journal).find("refund_id"), nullptr);

    std::vector<std::string> places;
    for (const Value& one : *timeline.find("items")->as_array()) {
        places.push_back(
            std::string(one.text_or_empty("type")) + " " + to_json(*one.find("stage")) + " " +
            to_json(*one.find("leg"))
        );
    }
    EXPECT_THAT(
        places,
        ::testing::ElementsAre(
            "started null null",
            "stage \"reserve\" null",
            "hold \"reserve\" 1",
            "stage \"reserve\" null",
            "stage \"collect\" null",
            "callback \"collect\" 2",
            "stage \"collect\" null",
            "status null null"
        )
    );
}

}  // namespace
}  // namespace sluice::testing
