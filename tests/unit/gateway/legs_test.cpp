// How a payment of several legs is shown: how far each is, and which waits for the payer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/render.hpp"
#include "json/json.hpp"

namespace sluice::testing {
namespace {

using payment::InstructionStatus;
using payment::Purpose;
using ::testing::ElementsAre;

Money fen(std::int64_t minor) { return {minor, cny()}; }

/// Three legs at channels.
payment::Picture three_legs() {
    payment::Picture picture;
    picture.subject.amount = fen(3000);
    picture.order.amount = fen(3000);
    for (int number = 1; number <= 3; ++number) {
        payment::Leg leg;
        leg.number = number;
        leg.method = "wechatpay";
        leg.scene = "qr";
        leg.amount = fen(1000);
        picture.legs.push_back(std::move(leg));
    }
    return picture;
}

payment::Instruction& add(payment::Picture& picture, int leg, InstructionStatus status) {
    payment::Instruction instruction;
    instruction.id = InstructionId(Id128{1, picture.instructions.size() + 1});
    instruction.leg_number = leg;
    instruction.amount = fen(1000);
    instruction.status = status;
    instruction.next_action.set("type", "qr_code");
    instruction.next_action.set("code_url", "weixin://" + std::to_string(leg));
    picture.instructions.push_back(std::move(instruction));
    return picture.instructions.back();
}

std::vector<std::string> statuses(const payment::Picture& picture) {
    const Value body = json::parse(gateway::render(picture)).value();
    std::vector<std::string> found;
    for (const Value& leg : *body.find("legs")->as_array()) {
        found.emplace_back(leg.text_or_empty("status"));
    }
    return found;
}

TEST(PaymentLegs, AreWaitingUntilTheirTurnComes) {
    payment::Picture picture = three_legs();
    add(picture, 1, InstructionStatus::succeeded);
    add(picture, 2, InstructionStatus::refused);
    add(picture, 2, InstructionStatus::pending);

    EXPECT_THAT(statuses(picture), ElementsAre("succeeded", "pending", "waiting"));
}

TEST(PaymentLegs, ShowThePayerTheCodeOfTheLegAtWork) {
    payment::Picture picture = three_legs();
    add(picture, 1, InstructionStatus::succeeded);
    add(picture, 2, InstructionStatus::pending);

    const Value body = json::parse(gateway::render(picture)).value();

    EXPECT_EQ(body.find("next_action")->text_or_empty("code_url"), "weixin://2");
    EXPECT_EQ(body.find("next_action")->int_or("leg", 0), 2);
}

TEST(PaymentLegs, ShowNoCodeWhenNoneWaits) {
    payment::Picture picture = three_legs();
    add(picture, 1, InstructionStatus::succeeded);

    EXPECT_TRUE(json::parse(gateway::render(picture)).value().find("next_action")->is_null());
}

TEST(PaymentLegs, AreGivenBackWhenTheirMoneyIsBack) {
    payment::Picture picture = three_legs();
    const InstructionId first = add(picture, 1, InstructionStatus::succeeded).id;
    const InstructionId second = add(picture, 2, InstructionStatus::succeeded).id;
    add(picture, 3, InstructionStatus::refused);
    for (const auto& [original, status] :
         {std::pair(second, InstructionStatus::succeeded),
          std::pair(first, InstructionStatus::unknown)}) {
        payment::Instruction& back = add(picture, 0, status);
        back.purpose = Purpose::refund;
        back.original.id = original;
    }

    EXPECT_THAT(statuses(picture), ElementsAre("succeeded", "given_back", "refused"));
}

}  // namespace
}  // namespace sluice::testing
