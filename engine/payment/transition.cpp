#include <array>

#include "payment/status.hpp"

namespace sluice::payment {
namespace {

template <class Status, class Event>
struct Row {
    Status from;
    Event event;
    Status to;
};

using OS = OrderStatus;
using OE = OrderEvent;
constexpr std::array kOrderRows{
    Row<OS, OE>{OS::open, OE::settle, OS::paid},
    Row<OS, OE>{OS::open, OE::close, OS::closed},
};

using SS = SubjectStatus;
using SE = SubjectEvent;
struct SubjectRow {
    Service service;
    SS from;
    SE event;
    SS to;
};
constexpr std::array kSubjectRows{
    SubjectRow{Service::payment, SS::pending, SE::unwind, SS::compensating},
    SubjectRow{Service::payment, SS::pending, SE::succeed, SS::succeeded},
    SubjectRow{Service::payment, SS::pending, SE::fail, SS::failed},
    SubjectRow{Service::payment, SS::pending, SE::close, SS::closed},
    SubjectRow{Service::payment, SS::pending, SE::exceed, SS::surplus},
    SubjectRow{Service::payment, SS::compensating, SE::fail, SS::failed},
    SubjectRow{Service::payment, SS::compensating, SE::close, SS::closed},
    SubjectRow{Service::payment, SS::compensating, SE::exceed, SS::surplus},
    SubjectRow{Service::payment, SS::failed, SE::exceed, SS::surplus},
    SubjectRow{Service::payment, SS::closed, SE::exceed, SS::surplus},
    SubjectRow{Service::refund, SS::pending, SE::succeed, SS::succeeded},
    SubjectRow{Service::refund, SS::pending, SE::fail, SS::failed},
    SubjectRow{Service::refund, SS::succeeded, SE::come_back, SS::returned},
    // What came back is given by another way, or to the merchant.
    SubjectRow{Service::refund, SS::returned, SE::succeed, SS::succeeded},
    SubjectRow{Service::refund, SS::returned, SE::fail, SS::failed},
    SubjectRow{Service::refund, SS::failed, SE::turn_out, SS::succeeded},
    SubjectRow{Service::payout, SS::pending, SE::succeed, SS::succeeded},
    SubjectRow{Service::payout, SS::pending, SE::fail, SS::failed},
    SubjectRow{Service::payout, SS::succeeded, SE::come_back, SS::returned},
    SubjectRow{Service::transfer, SS::pending, SE::succeed, SS::succeeded},
    SubjectRow{Service::transfer, SS::pending, SE::fail, SS::failed},
};

using IS = InstructionStatus;
using IE = InstructionEvent;
// A callback may come before the answer to our own request, so every open status takes every
// final event. `not_sent` is believed only of the very first send.
constexpr std::array kInstructionRows{
    Row<IS, IE>{IS::created, IE::accepted, IS::pending},
    Row<IS, IE>{IS::created, IE::unclear, IS::unknown},
    Row<IS, IE>{IS::created, IE::not_sent, IS::refused},
    Row<IS, IE>{IS::created, IE::confirmed, IS::succeeded},
    Row<IS, IE>{IS::created, IE::declined, IS::refused},
    Row<IS, IE>{IS::created, IE::shut, IS::closed},
    Row<IS, IE>{IS::created, IE::contradicted, IS::conflicted},
    Row<IS, IE>{IS::pending, IE::accepted, IS::pending},
    Row<IS, IE>{IS::pending, IE::unclear, IS::unknown},
    Row<IS, IE>{IS::pending, IE::confirmed, IS::succeeded},
    Row<IS, IE>{IS::pending, IE::declined, IS::refused},
    Row<IS, IE>{IS::pending, IE::shut, IS::closed},
    Row<IS, IE>{IS::pending, IE::let_go, IS::released},
    Row<IS, IE>{IS::pending, IE::contradicted, IS::conflicted},
    Row<IS, IE>{IS::unknown, IE::accepted, IS::pending},
    Row<IS, IE>{IS::unknown, IE::unclear, IS::unknown},
    Row<IS, IE>{IS::unknown, IE::confirmed, IS::succeeded},
    Row<IS, IE>{IS::unknown, IE::declined, IS::refused},
    Row<IS, IE>{IS::unknown, IE::shut, IS::closed},
    Row<IS, IE>{IS::unknown, IE::contradicted, IS::conflicted},
    // What came back before it was known to have arrived never arrived.
    Row<IS, IE>{IS::created, IE::came_back, IS::refused},
    Row<IS, IE>{IS::pending, IE::came_back, IS::refused},
    Row<IS, IE>{IS::unknown, IE::came_back, IS::refused},
    Row<IS, IE>{IS::succeeded, IE::came_back, IS::returned},
    // It had surely ended without money, and the channel says later that the money moved.
    Row<IS, IE>{IS::refused, IE::came_late, IS::surplus},
    Row<IS, IE>{IS::closed, IE::came_late, IS::surplus},
    Row<IS, IE>{IS::refused, IE::went_late, IS::succeeded},
    Row<IS, IE>{IS::closed, IE::went_late, IS::succeeded},
    // No word of the channel ends a conflict.
    Row<IS, IE>{IS::conflicted, IE::found_moved, IS::succeeded},
    Row<IS, IE>{IS::conflicted, IE::found_unmoved, IS::refused},
};

template <class Rows, class Status, class Event>
std::optional<Status> find(const Rows& rows, Status status, Event event) {
    for (const auto& row : rows) {
        if (row.from == status && row.event == event) {
            return row.to;
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<OrderStatus> next(OrderStatus status, OrderEvent event) {
    return find(kOrderRows, status, event);
}

std::optional<SubjectStatus> next(Service service, SubjectStatus status, SubjectEvent event) {
    for (const SubjectRow& row : kSubjectRows) {
        if (row.service == service && row.from == status && row.event == event) {
            return row.to;
        }
    }
    return std::nullopt;
}

std::optional<InstructionStatus> next(InstructionStatus status, InstructionEvent event) {
    return find(kInstructionRows, status, event);
}

bool is_final(OrderStatus status) { return status != OrderStatus::open; }

bool is_final(SubjectStatus status) {
    return status != SubjectStatus::pending && status != SubjectStatus::compensating;
}

bool is_final(InstructionStatus status) {
    return status != InstructionStatus::created && status != InstructionStatus::pending &&
           status != InstructionStatus::unknown;
}

bool may_bring_money(InstructionStatus status) {
    return status != InstructionStatus::refused && status != InstructionStatus::closed &&
           status != InstructionStatus::released && status != InstructionStatus::returned &&
           status != InstructionStatus::surplus;
}

}  // namespace sluice::payment
