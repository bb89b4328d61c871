// The three transition tables, pair by pair, against tables written down here on their own.
#include <algorithm>
#include <array>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "payment/status.hpp"

namespace sluice::payment {
namespace {

/// status -> event -> status, by name. What is not listed must be refused.
using Expected = std::map<std::string, std::map<std::string, std::string>>;

const Expected kOrders{
    {"open", {{"settle", "paid"}, {"close", "closed"}}},
};

const Expected kPayments{
    {"pending",
     {{"unwind", "compensating"},
      {"succeed", "succeeded"},
      {"fail", "failed"},
      {"close", "closed"},
      {"exceed", "surplus"}}},
    {"compensating", {{"fail", "failed"}, {"close", "closed"}, {"exceed", "surplus"}}},
    {"failed", {{"exceed", "surplus"}}},
    {"closed", {{"exceed", "surplus"}}},
};
const Expected kRefunds{
    {"pending", {{"succeed", "succeeded"}, {"fail", "failed"}}},
    {"succeeded", {{"come_back", "returned"}}},
    {"returned", {{"succeed", "succeeded"}, {"fail", "failed"}}},
    {"failed", {{"turn_out", "succeeded"}}},
};
const Expected kPayouts{
    {"pending", {{"succeed", "succeeded"}, {"fail", "failed"}}},
    {"succeeded", {{"come_back", "returned"}}},
};
const Expected kTransfers{
    {"pending", {{"succeed", "succeeded"}, {"fail", "failed"}}},
};

const Expected kInstructions{
    {"created",
     {{"accepted", "pending"},
      {"unclear", "unknown"},
      {"not_sent", "refused"},
      {"confirmed", "succeeded"},
      {"declined", "refused"},
      {"came_back", "refused"},
      {"shut", "closed"},
      {"contradicted", "conflicted"}}},
    {"pending",
     {{"accepted", "pending"},
      {"unclear", "unknown"},
      {"confirmed", "succeeded"},
      {"declined", "refused"},
      {"came_back", "refused"},
      {"shut", "closed"},
      {"let_go", "released"},
      {"contradicted", "conflicted"}}},
    {"unknown",
     {{"accepted", "pending"},
      {"unclear", "unknown"},
      {"confirmed", "succeeded"},
      {"declined", "refused"},
      {"came_back", "refused"},
      {"shut", "closed"},
      {"contradicted", "conflicted"}}},
    {"succeeded", {{"came_back", "returned"}}},
    {"refused", {{"came_late", "surplus"}, {"went_late", "succeeded"}}},
    {"closed", {{"came_late", "surplus"}, {"went_late", "succeeded"}}},
    {"conflicted", {{"found_moved", "succeeded"}, {"found_unmoved", "refused"}}},
};

constexpr std::array kOrderStatuses{OrderStatus::open, OrderStatus::paid, OrderStatus::closed};
constexpr std::array kOrderEvents{OrderEvent::settle, OrderEvent::close};
constexpr std::array kSubjectStatuses{
    SubjectStatus::pending,
    SubjectStatus::compensating,
    SubjectStatus::succeeded,
    SubjectStatus::failed,
    SubjectStatus::closed,
    SubjectStatus::surplus,
    SubjectStatus::returned,
};
constexpr std::array kSubjectEvents{
    SubjectEvent::unwind,
    SubjectEvent::succeed,
    SubjectEvent::fail,
    SubjectEvent::close,
    SubjectEvent::exceed,
    SubjectEvent::come_back,
    SubjectEvent::turn_out,
};
constexpr std::array kInstructionStatuses{
    InstructionStatus::created,
    InstructionStatus::pending,
    InstructionStatus::unknown,
    InstructionStatus::succeeded,
    InstructionStatus::refused,
    InstructionStatus::closed,
    InstructionStatus::released,
    InstructionStatus::conflicted,
    InstructionStatus::returned,
    InstructionStatus::surplus,
};
constexpr std::array kInstructionEvents{
    InstructionEvent::accepted,
    InstructionEvent::unclear,
    InstructionEvent::not_sent,
    InstructionEvent::confirmed,
    InstructionEvent::declined,
    InstructionEvent::shut,
    InstructionEvent::let_go,
    InstructionEvent::contradicted,
    InstructionEvent::came_back,
    InstructionEvent::came_late,
    InstructionEvent::went_late,
    InstructionEvent::found_moved,
    InstructionEvent::found_unmoved,
};

std::string event_name(OrderEvent event) {
    return event == OrderEvent::settle ? "settle" : "close";
}
template <class Event>
std::string event_name(Event event) {
    return std::string(to_string(event));
}

std::string expected_of(
    const Expected& table, const std::string& status, const std::string& event
) {
    const auto from = table.find(status);
    if (from == table.end()) {
        return "refused";
    }
    const auto to = from->second.find(event);
    return to == from->second.end() ? "refused" : to->second;
}

template <class Statuses, class Events>
void walk(const Expected& table, const Statuses& statuses, const Events& events, const auto& next) {
    for (const auto status : statuses) {
        for (const auto event : events) {
            const auto to = next(status, event);
            const std::string got = to ? std::string(to_string(*to)) : "refused";
            EXPECT_EQ(got, expected_of(table, std::string(to_string(status)), event_name(event)))
                << to_string(status) << " + " << event_name(event);
        }
    }
}

/// From a final status only money that moves against it leads on.
template <class Statuses, class Events>
void expect_final_stays(
    const Statuses& statuses, const Events& events, const auto& next, const auto& against
) {
    for (const auto status : statuses) {
        bool leaves = false;
        for (const auto event : events) {
            const bool is_against = std::ranges::find(against, event) != std::ranges::end(against);
            leaves = leaves || (!is_against && next(status, event).has_value());
        }
        EXPECT_EQ(is_final(status), !leaves) << to_string(status);
    }
}

constexpr auto kOfOrder = [](OrderStatus status, OrderEvent event) { return next(status, event); };
constexpr auto kOfInstruction = [](InstructionStatus status, InstructionEvent event) {
    return next(status, event);
};
auto of(Service service) {
    return [service](SubjectStatus status, SubjectEvent event) {
        return next(service, status, event);
    };
}

TEST(OrderTransitions, AreThoseOfTheTableAndNoOthers) {
    walk(kOrders, kOrderStatuses, kOrderEvents, kOfOrder);
}

TEST(SubjectTransitions, AreThoseOfTheirServicesTableAndNoOthers) {
    walk(kPayments, kSubjectStatuses, kSubjectEvents, of(Service::payment));
    walk(kRefunds, kSubjectStatuses, kSubjectEvents, of(Service::refund));
    walk(kPayouts, kSubjectStatuses, kSubjectEvents, of(Service::payout));
    walk(kTransfers, kSubjectStatuses, kSubjectEvents, of(Service::transfer));
}

TEST(InstructionTransitions, AreThoseOfTheTableAndNoOthers) {
    walk(kInstructions, kInstructionStatuses, kInstructionEvents, kOfInstruction);
}

TEST(FinalStatuses, AreLeftOnlyForMoneyThatMovesAgainstThem) {
    constexpr std::array kOfMoney{
        InstructionEvent::came_back,
        InstructionEvent::came_late,
        InstructionEvent::went_late,
        InstructionEvent::found_moved,
        InstructionEvent::found_unmoved
    };
    expect_final_stays(kInstructionStatuses, kInstructionEvents, kOfInstruction, kOfMoney);
    constexpr std::array kOfPayments{
        SubjectStatus::pending,
        SubjectStatus::compensating,
        SubjectStatus::succeeded,
        SubjectStatus::failed,
        SubjectStatus::closed,
        SubjectStatus::surplus,
    };
    expect_final_stays(
        kOfPayments, kSubjectEvents, of(Service::payment), std::array{SubjectEvent::exceed}
    );
    EXPECT_FALSE(is_final(OrderStatus::open));
    EXPECT_TRUE(is_final(OrderStatus::paid) && is_final(OrderStatus::closed));
}

TEST(InstructionTransitions, NeverLeadBackToWhereNothingWasSent) {
    for (const auto status : kInstructionStatuses) {
        for (const auto event : kInstructionEvents) {
            EXPECT_NE(next(status, event), InstructionStatus::created);
        }
    }
}

}  // namespace
}  // namespace sluice::payment
