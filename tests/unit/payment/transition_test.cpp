// The three transition tables, pair by pair, against tables written down here on their own.
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
     {{"unwind", "compensating"}, {"succeed", "succeeded"}, {"fail", "failed"}, {"close", "closed"}}
    },
    {"compensating", {{"fail", "failed"}, {"close", "closed"}}},
};

const Expected kInstructions{
    {"created",
     {{"accepted", "pending"},
      {"unclear", "unknown"},
      {"not_sent", "refused"},
      {"confirmed", "succeeded"},
      {"declined", "refused"},
      {"shut", "closed"},
      {"contradicted", "conflicted"}}},
    {"pending",
     {{"accepted", "pending"},
      {"unclear", "unknown"},
      {"confirmed", "succeeded"},
      {"declined", "refused"},
      {"shut", "closed"},
      {"let_go", "released"},
      {"contradicted", "conflicted"}}},
    {"unknown",
     {{"accepted", "pending"},
      {"unclear", "unknown"},
      {"confirmed", "succeeded"},
      {"declined", "refused"},
      {"shut", "closed"},
      {"contradicted", "conflicted"}}},
};

constexpr std::array kOrderStatuses{OrderStatus::open, OrderStatus::paid, OrderStatus::closed};
constexpr std::array kOrderEvents{OrderEvent::settle, OrderEvent::close};
constexpr std::array kPaymentStatuses{
    SubjectStatus::pending,
    SubjectStatus::compensating,
    SubjectStatus::succeeded,
    SubjectStatus::failed,
    SubjectStatus::closed,
};
constexpr std::array kPaymentEvents{
    SubjectEvent::unwind, SubjectEvent::succeed, SubjectEvent::fail, SubjectEvent::close
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
void walk(const Expected& table, const Statuses& statuses, const Events& events) {
    for (const auto status : statuses) {
        for (const auto event : events) {
            const auto to = next(status, event);
            const std::string got = to ? std::string(to_string(*to)) : "refused";
            EXPECT_EQ(got, expected_of(table, std::string(to_string(status)), event_name(event)))
                << to_string(status) << " + " << event_name(event);
        }
    }
}

template <class Statuses, class Events>
void expect_final_means_no_way_out(const Statuses& statuses, const Events& events) {
    for (const auto status : statuses) {
        bool leaves = false;
        for (const auto event : events) {
            leaves = leaves || next(status, event).has_value();
        }
        EXPECT_EQ(is_final(status), !leaves) << to_string(status);
    }
}

TEST(OrderTransitions, AreThoseOfTheTableAndNoOthers) {
    walk(kOrders, kOrderStatuses, kOrderEvents);
}

TEST(PaymentTransitions, AreThoseOfTheTableAndNoOthers) {
    walk(kPayments, kPaymentStatuses, kPaymentEvents);
}

TEST(InstructionTransitions, AreThoseOfTheTableAndNoOthers) {
    walk(kInstructions, kInstructionStatuses, kInstructionEvents);
}

TEST(FinalStatuses, AreExactlyThoseWithoutAWayOut) {
    expect_final_means_no_way_out(kOrderStatuses, kOrderEvents);
    expect_final_means_no_way_out(kPaymentStatuses, kPaymentEvents);
    expect_final_means_no_way_out(kInstructionStatuses, kInstructionEvents);
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
