#include "support/node_bank.hpp"

#include <stdexcept>

namespace sluice::testing {

Reply Bank::control(const std::string& path, const Value& body) {
    Reply reply = api_.post(path, body);
    if (reply.status != 200 && reply.status != 201) {
        throw std::runtime_error("the simulated bank refuses " + path + ": " + reply.why);
    }
    return reply;
}

Value Bank::books() {
    Reply reply = api_.get("/sim/bank/books?limit=1000000");
    if (reply.status != 200 || reply.body.find("payouts") == nullptr) {
        throw std::runtime_error("the simulated bank does not show its books: " + reply.why);
    }
    return std::move(reply.body);
}

std::vector<BankPayout> Bank::payouts() {
    std::vector<BankPayout> found;
    const Value shown = books();
    for (const Value& each : *shown.find("payouts")->as_array()) {
        found.push_back(
            {.request_number = std::string(each.text_or_empty("request_number")),
             .status = std::string(each.text_or_empty("status")),
             .amount = each.int_or("amount", 0),
             .creates = each.int_or("creates", 0),
             .queries = each.int_or("queries", 0)}
        );
    }
    return found;
}

std::vector<BankBatch> Bank::batches() {
    std::vector<BankBatch> found;
    const Value shown = books();
    for (const Value& each : *shown.find("batches")->as_array()) {
        found.push_back({.count = each.int_or("count", 0), .requests = each.int_or("requests", 0)});
    }
    return found;
}

std::int64_t Bank::sum_of(const std::string& member) {
    std::int64_t sum = 0;
    const Value shown = books();
    for (const Value& account : *shown.find("accounts")->as_array()) {
        sum += account.int_or(member, 0);
    }
    return sum;
}

std::int64_t Bank::paid() { return sum_of("paid"); }

std::int64_t Bank::taken() { return sum_of("fees"); }

void Bank::order_fault(const BankFault& fault) {
    control(
        "/sim/faults",
        Value(ValueObject{
            {"operation", fault.operation},
            {"kind", fault.kind},
            {"value", fault.value},
            {"count", fault.count},
            {"share_percent", fault.share_percent}
        })
    );
}

void Bank::clear_faults() { api_.remove("/sim/faults"); }

void Bank::advance(const std::string& request_number, const std::string& status) {
    control(
        "/sim/bank/payout",
        Value(ValueObject{{"request_number", request_number}, {"status", status}})
    );
}

int Bank::send_callback(const std::string& request_number, const std::string& kind) {
    const Value body(ValueObject{{"request_number", request_number}, {"kind", kind}});
    return static_cast<int>(control("/sim/bank/callback", body).body.int_or("answered_status", 0));
}

bool Bank::transfer(const Transfer& transfer) {
    Value body(ValueObject{{"request_number", transfer.request_number}, {"late", transfer.is_late}}
    );
    if (transfer.amount > 0) {
        body.set("amount", transfer.amount);
    }
    return api_.post("/sim/bank/transfer", body).status == 200;
}

std::int64_t Bank::collected() { return sum_of("collected"); }

void Bank::take_time(std::chrono::milliseconds delay) {
    control("/sim/bank/course", Value(ValueObject{{"delay_ms", std::int64_t{delay.count()}}}));
}

void Bank::charge(std::int64_t fee) {
    control("/sim/bank/course", Value(ValueObject{{"payout_fee", fee}}));
}

}  // namespace sluice::testing
