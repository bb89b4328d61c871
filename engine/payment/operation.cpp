#include "payment/operation.hpp"

namespace sluice::payment {

Operation moving(Purpose purpose) {
    switch (purpose) {
        case Purpose::refund:
            return Operation::refund;
        case Purpose::payout:
            return Operation::payout;
        case Purpose::collect:
            break;
    }
    return Operation::collect;
}

Operation asking(Purpose purpose) {
    switch (purpose) {
        case Purpose::refund:
            return Operation::refund_query;
        case Purpose::payout:
            return Operation::payout_query;
        case Purpose::collect:
            break;
    }
    return Operation::query;
}

bool moves_money(Operation operation) { return operation == moving(purpose_of(operation)); }

Purpose purpose_of(Operation operation) {
    switch (operation) {
        case Operation::refund:
        case Operation::refund_query:
            return Purpose::refund;
        case Operation::payout:
        case Operation::payout_query:
            return Purpose::payout;
        case Operation::collect:
        case Operation::query:
        case Operation::close:
            break;
    }
    return Purpose::collect;
}

}  // namespace sluice::payment
