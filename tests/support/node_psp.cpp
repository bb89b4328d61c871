#include "support/node_psp.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "core/random.hpp"
#include "json/json.hpp"
#include "simulator/demo_keys.hpp"

namespace sluice::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTwoMerchants = "two_merchants.json";

Value read_json(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    auto value = json::parse(text);
    if (!value) {
        throw std::runtime_error(path.string() + ": " + value.error().message);
    }
    return *std::move(value);
}

ChannelOrder read_order(const Value& from) {
    return {
        .mchid = std::string(from.text_or_empty("mchid")),
        .out_trade_no = std::string(from.text_or_empty("out_trade_no")),
        .trade_state = std::string(from.text_or_empty("trade_state")),
        .amount_total = from.int_or("amount_total", 0),
        .payments = from.int_or("payments", 0),
        .creates = from.int_or("creates", 0),
        .queries = from.int_or("queries", 0),
        .closes = from.int_or("closes", 0),
        .callbacks_sent = from.int_or("callbacks_sent", 0),
        .callbacks_acknowledged = from.int_or("callbacks_acknowledged", 0),
        .refunds = from.int_or("refunds", 0),
        .refunded_amount = from.int_or("refunded_amount", 0)
    };
}

std::vector<ChannelOrder> read_orders(const Reply& reply) {
    const Value* list = reply.body.find("orders");
    if (reply.status != 200 || list == nullptr || list->as_array() == nullptr) {
        throw std::runtime_error("the simulator does not show its books: " + reply.why);
    }
    std::vector<ChannelOrder> orders;
    for (const Value& item : *list->as_array()) {
        orders.push_back(read_order(item));
    }
    return orders;
}

}  // namespace

void Psp::make_keys(const fs::path& keys) {
    const SystemClock clock;
    SystemRandom random;
    if (const auto made = simulator::make_demo_keys(keys, clock, random); !made) {
        throw std::runtime_error("keys of the simulator: " + made.error().message);
    }
    Value customers = read_json(keys / "merchants.json");
    Value first = customers.find("merchants")->as_array()->front();
    Value second = first;
    second.set("mchid", "1900000110");
    customers.set("merchants", ValueArray{std::move(first), std::move(second)});
    std::ofstream(keys / kTwoMerchants) << to_json(customers);
}

Psp::Psp(const fs::path& keys, const fs::path& folder)
    : process_(
          {.arguments =
               {SLUICE_BINARY,
                "psp",
                "--listen",
                "127.0.0.1:0",
                "--keys",
                keys,
                "--merchants",
                keys / kTwoMerchants},
           .log = folder / "psp.log"}
      ),
      url_(process_.wait_for_line("sluice psp listens on ", kStartLimit)),
      api_(url_, "") {}

Reply Psp::control(const std::string& path, const Value& body) {
    Reply reply = api_.post(path, body);
    if (reply.status != 200 && reply.status != 201) {
        throw std::runtime_error("the simulator refuses " + path + ": " + reply.why);
    }
    return reply;
}

bool Psp::pay(const std::string& out_trade_no) {
    return pay_with(Value(ValueObject{{"out_trade_no", out_trade_no}}));
}

bool Psp::pay_late(const std::string& out_trade_no, const std::string& payer) {
    return pay_with(
        Value(ValueObject{{"out_trade_no", out_trade_no}, {"late", true}, {"payer", payer}})
    );
}

bool Psp::pay_as(const std::string& out_trade_no, const std::string& payer) {
    return pay_with(Value(ValueObject{{"out_trade_no", out_trade_no}, {"payer", payer}}));
}

bool Psp::pay_with(const Value& body) {
    const Reply reply = api_.post("/sim/pay", body);
    if (reply.status != 200 && !reply.text("code").starts_with("ORDER_")) {
        throw std::runtime_error("the simulator lets nobody pay: " + reply.why);
    }
    return reply.status == 200;
}

std::vector<ChannelOrder> Psp::books() { return read_orders(api_.get("/sim/books?limit=1000000")); }

ChannelOrder Psp::order(const std::string& out_trade_no) {
    const auto found = read_orders(api_.get("/sim/books?out_trade_no=" + out_trade_no));
    return found.empty() ? ChannelOrder{} : found.front();
}

std::vector<ChannelRefund> Psp::refunds(const std::string& out_trade_no) {
    const std::string of = out_trade_no.empty() ? "" : "&out_trade_no=" + out_trade_no;
    const Reply reply = api_.get("/sim/refunds?limit=1000000" + of);
    const Value* list = reply.body.find("refunds");
    if (reply.status != 200 || list == nullptr || list->as_array() == nullptr) {
        throw std::runtime_error("the simulator does not show its refunds: " + reply.why);
    }
    std::vector<ChannelRefund> refunds;
    for (const Value& item : *list->as_array()) {
        refunds.push_back(
            {.out_trade_no = std::string(item.text_or_empty("out_trade_no")),
             .out_refund_no = std::string(item.text_or_empty("out_refund_no")),
             .status = std::string(item.text_or_empty("status")),
             .amount = item.int_or("amount_refund", 0),
             .creates = item.int_or("creates", 0)}
        );
    }
    return refunds;
}

void Psp::end_refund(const std::string& out_refund_no, const std::string& status) {
    control(
        "/sim/refund", Value(ValueObject{{"out_refund_no", out_refund_no}, {"status", status}})
    );
}

void Psp::take_for_refunds(std::chrono::milliseconds span) {
    control("/sim/refund_course", Value(ValueObject{{"delay_ms", std::int64_t{span.count()}}}));
}

void Psp::order_fault(const ChannelFault& fault) {
    Value body(ValueObject{
        {"operation", fault.operation},
        {"kind", fault.kind},
        {"value", fault.value},
        {"count", fault.count},
        {"share_percent", fault.share_percent}
    });
    if (!fault.out_trade_no.empty()) {
        body.set("out_trade_no", fault.out_trade_no);
    }
    if (!fault.account.empty()) {
        body.set("account", fault.account);
    }
    control("/sim/faults", body);
}

void Psp::clear_faults() { api_.remove("/sim/faults"); }

std::size_t Psp::fault_count() {
    const Reply reply = api_.get("/sim/faults");
    const Value* list = reply.body.find("faults");
    if (list == nullptr || list->as_array() == nullptr) {
        throw std::runtime_error("the simulator does not list its faults: " + reply.why);
    }
    return list->as_array()->size();
}

int Psp::send_callback(const std::string& out_trade_no, const std::string& kind) {
    const Value body(ValueObject{{"out_trade_no", out_trade_no}, {"kind", kind}});
    return static_cast<int>(control("/sim/callback", body).body.int_or("answered_status", 0));
}

void Psp::pay_by_itself(int share_percent, std::chrono::milliseconds delay) {
    control(
        "/sim/auto_pay",
        Value(ValueObject{
            {"share", std::int64_t{share_percent}}, {"delay_ms", std::int64_t{delay.count()}}
        })
    );
}

}  // namespace sluice::testing
