#include "faults/matrix_shop.hpp"

#include <algorithm>
#include <stdexcept>

#include "faults/matrix_till_cells.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

/// Not over before the fault of its query or its notice is ordered, as its number is known late.
constexpr std::int64_t kUnderWayMs = 5'000;
/// Over when the first query comes, after two seconds.
constexpr std::int64_t kBrieflyUnderWayMs = 200;
/// So late a payer confirms it on the phone: not while a test lasts.
constexpr std::int64_t kUnconfirmedMs = 3'600'000;
/// So long a payment is wanted, and one at the till that never reaches its channel.
constexpr std::int64_t kOrderSeconds = 1'800;
constexpr std::int64_t kLostCodeSeconds = 15;
/// So many without a fault beside each with one.
constexpr int kCompany = 2;

Value last_of(const Value& object, std::string_view list) {
    const Value* found = object.find(list);
    const bool has_one =
        found != nullptr && found->as_array() != nullptr && !found->as_array()->empty();
    return has_one ? found->as_array()->back() : Value();
}

/// Whether it hits whatever comes, until somebody takes it away.
bool lasts(const MatrixCell& cell) { return cell.kind == "not_enough"; }

/// Its answer lies, or is badly signed.
bool lies(const MatrixCell& cell) {
    return cell.kind.starts_with("wrong_") || cell.kind == "bad_signature";
}

/// Its answer must come before a notice that is right, after which nobody looks at it.
bool must_come_first(const MatrixCell& cell, const MatrixProtocol& protocol) {
    const bool is_told = (cell.operation == "refund" && protocol.tells_of_refunds) ||
                         (cell.operation == "payout" && protocol.tells_of_payouts);
    return is_told && lies(cell);
}

Value payee_of(std::string_view method) {
    if (method == "wechatpay") {
        return Value(ValueObject{{"openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}, {"name", "张三丰"}});
    }
    if (method == "alipay") {
        return Value(ValueObject{{"account_number", "payee@example.com"}, {"name", "张三"}});
    }
    return Value(ValueObject{
        {"name", "张三"}, {"account_number", "6222021234567890"}, {"bank_code", "102100099996"}
    });
}

}  // namespace

MatrixShop::MatrixShop(Cluster& cluster, const MatrixProtocol& protocol)
    : cluster_(cluster), protocol_(protocol), simulator_(cluster.psp().url(), "") {}

Value MatrixShop::must(const Reply& reply, const std::string& doing) {
    if (reply.status != 200 && reply.status != 201) {
        throw std::runtime_error(doing + ": " + std::to_string(reply.status) + " " + reply.why);
    }
    return reply.body;
}

std::vector<std::string> MatrixShop::faults_left() {
    const Value shown = must(simulator_.get("/sim/faults"), "the faults");
    std::vector<std::string> left;
    for (const Value& fault : *shown.find("faults")->as_array()) {
        if (fault.text_or_empty("kind") != "not_enough") {
            left.push_back(to_json(fault));
        }
    }
    return left;
}

std::int64_t MatrixShop::order_fault(const FaultWords& fault, const Number& of) {
    Value body(
        ValueObject{{"operation", fault.operation}, {"kind", fault.kind}, {"value", fault.value}}
    );
    if (!of.member.empty()) {
        if (of.number.empty()) {
            throw std::runtime_error("whom shall " + std::string(fault.kind) + " hit?");
        }
        body.set(of.member, of.number);
    }
    if (protocol_.is_at_till() && fault.operation == "create") {
        body.set("scene", protocol_.scene);
    }
    const Value ordered = must(simulator_.post("/sim/faults", body), std::string(fault.kind));
    return *ordered.find("id")->as_int();
}

/// Whether something met the fault.
bool MatrixShop::is_met(std::int64_t fault) {
    const Value shown = must(simulator_.get("/sim/faults"), "the faults");
    return std::ranges::none_of(*shown.find("faults")->as_array(), [&](const Value& left) {
        return *left.find("id")->as_int() == fault;
    });
}

/// What must happen besides, for the fault to be met as it should.
std::vector<MatrixShop::FaultWords> MatrixShop::beside(const MatrixCell& cell) const {
    if (must_come_first(cell, protocol_)) {
        return {{cell.operation, "processing_ms", kUnderWayMs}};
    }
    if (protocol_.is_at_till() && cell.operation == "query") {
        return {{"create", "drop_after", 0}};
    }
    return {};
}

/// Orders it for whatever comes next, lets that come, and waits until the fault was met.
MatrixCase MatrixShop::meet(const MatrixCell& cell, const Post& post) {
    std::vector<std::string> company;
    for (int i = 0; i < kCompany; ++i) {
        company.push_back(post(nullptr));
    }
    for (const std::string& path : company) {
        keep_company(path);
    }
    const std::int64_t fault = order_fault({cell.operation, cell.kind, cell.value});
    for (const FaultWords& other : beside(cell)) {
        order_fault(other);
    }
    MatrixCase begun{.cell = &cell, .path = post(&cell)};
    if (!lasts(cell) && !eventually([&] { return is_met(fault); })) {
        throw std::runtime_error("nothing meets " + begun.name());
    }
    return begun;
}

/// A breaker looks at all that an account sends: what a fault hits must not be the most.
void MatrixShop::keep_company(const std::string& path) {
    if (path.starts_with("/v1/payments/") && !protocol_.is_at_till()) {
        wait_for_action(path);
        return;
    }
    ++untroubled_;
    wait_until_succeeded(path);
}

void MatrixShop::wait_until_succeeded(const std::string& path) {
    const bool has_succeeded = eventually([&] {
        return must(cluster_.api().get(path), path).text_or_empty("status") == "succeeded";
    });
    if (!has_succeeded) {
        throw std::runtime_error("it met no fault and has not succeeded: " + shown({.path = path}));
    }
}

/// At a till, with a code that nobody has shown yet.
Value MatrixShop::payer() {
    if (!protocol_.is_at_till()) {
        return {};
    }
    const std::string head = protocol_.method == "alipay" ? "28" : "13";
    const std::string tail = std::to_string(1'000'000 + ++codes_);
    return Value(ValueObject{{"auth_code", head + "456789012" + tail}});
}

std::string MatrixShop::post_payment(const MatrixCell* cell) {
    Value leg(ValueObject{
        {"kind", "external"},
        {"method", protocol_.method},
        {"scene", protocol_.scene},
        {"amount", kMatrixAmount}
    });
    if (Value shown = payer(); !shown.is_null()) {
        leg.set("payer", std::move(shown));
    }
    const bool is_lost = protocol_.is_at_till() && cell != nullptr && cell->operation == "create" &&
                         cell->*protocol_.end == kUnpaid;
    const Value order(ValueObject{
        {"merchant_order_number", next_number()},
        {"amount", kMatrixAmount},
        {"currency", "CNY"},
        {"description", "a row of a matrix"},
        {"expires_in_seconds", is_lost ? kLostCodeSeconds : kOrderSeconds}
    });
    const Reply begun = cluster_.api().post(
        "/v1/payments",
        Value(ValueObject{{"order", order}, {"legs", ValueArray{leg}}}),
        {{"Prefer", "wait=0"}}
    );
    return "/v1/payments/" + std::string(must(begun, "a payment").text_or_empty("id"));
}

std::string MatrixShop::post_payout() {
    const Reply begun = cluster_.api().post(
        "/v1/payouts",
        Value(ValueObject{
            {"merchant_payout_number", next_number()},
            {"amount", kMatrixAmount},
            {"currency", "CNY"},
            {"method", protocol_.payout_method},
            {"description", "a row of a matrix"},
            {"payee", payee_of(protocol_.payout_method)}
        }),
        {{"Prefer", "wait=0"}}
    );
    return "/v1/payouts/" + std::string(must(begun, "a payout").text_or_empty("id"));
}

/// How the channel knows its last instruction.
std::string MatrixShop::number_of(const std::string& path) {
    const Value shown = must(cluster_.api().get(path), path);
    const std::string id(last_of(shown, "instructions").text_or_empty("id"));
    return id.substr(id.find('_') + 1);
}

void MatrixShop::wait_for_action(const std::string& path) {
    const bool is_there = eventually([&] {
        const Value shown = must(cluster_.api().get(path), path);
        const Value* action = shown.find("next_action");
        return action != nullptr && !action->is_null();
    });
    if (!is_there) {
        const Reply shown = cluster_.api().get(path);
        throw std::runtime_error("the payer does not learn how to pay: " + to_json(shown.body));
    }
}

/// Whatever it said.
void MatrixShop::wait_for_answer(const std::string& path) {
    const bool is_there = eventually([&] {
        const Value shown = must(cluster_.api().get(path), path);
        return last_of(shown, "instructions").text_or_empty("status") != "created";
    });
    if (!is_there) {
        throw std::runtime_error("its channel has not answered: " + shown({.path = path}));
    }
}

bool MatrixShop::pays(const std::string& number) {
    if (protocol_.method != "bank") {
        return cluster_.psp().pay(number);
    }
    Value transfer;
    transfer.set(protocol_.order_member, number);
    return simulator_.post("/sim/bank/transfer", transfer).status == 200;
}

/// As he is told now; what the channel did not take cannot be paid.
void MatrixShop::pay(const std::string& path) {
    if (!eventually([&] { return pays(number_of(path)); })) {
        const Reply shown = cluster_.api().get(path);
        throw std::runtime_error("nobody can pay " + to_json(shown.body));
    }
}

void MatrixShop::collect(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        paid_.push_back(post_payment());
    }
    for (const std::string& path : paid_) {
        if (!protocol_.is_at_till()) {
            wait_for_action(path);
            pay(path);
        }
    }
    for (const std::string& path : paid_) {
        wait_until_succeeded(path);
    }
}

void MatrixShop::close(const MatrixCase& begun) {
    must(cluster_.api().post(begun.path + "/close"), "closing");
}

/// A code is used up by the request that shows it, so that what is asked afterwards is soon over:
/// its fault is ordered before there is a number to order it for, and nobody else asks meanwhile.
MatrixCase MatrixShop::begin_at_till(const MatrixCell& cell) {
    const auto post = [this](const MatrixCell* of) { return post_payment(of); };
    if (cell.operation == "create") {
        return meet(cell, post);
    }
    if (cell.operation == "query") {
        return ended(meet(cell, post));
    }
    const MatrixCell unconfirmed{
        .operation = "create", .kind = "auto_pay", .value = kUnconfirmedMs
    };
    MatrixCase begun = meet(unconfirmed, post);
    begun.cell = &cell;
    order_fault(
        {cell.operation, cell.kind, cell.value}, {protocol_.order_member, number_of(begun.path)}
    );
    close(begun);
    return begun;
}

MatrixCase MatrixShop::begin_payment(const MatrixCell& cell) {
    if (protocol_.is_at_till()) {
        return begin_at_till(cell);
    }
    if (cell.operation == "create") {
        MatrixCase begun = meet(cell, [this](const MatrixCell*) { return post_payment(); });
        if (lies(cell)) {
            wait_for_answer(begun.path);
        }
        if (cell.kind != "auto_pay" && cell.kind != "early") {
            pay(begun.path);
        }
        return begun;
    }
    MatrixCase begun{.cell = &cell, .path = post_payment()};
    wait_for_action(begun.path);
    const Number order{protocol_.order_member, number_of(begun.path)};
    if (cell.operation == "query") {
        order_fault({"callback", "missing", 0}, order);
    }
    order_fault({cell.operation, cell.kind, cell.value}, order);
    if (cell.operation == "close") {
        if (protocol_.knows_what_was_scanned) {
            Value scanned;
            scanned.set(order.member, order.number);
            must(simulator_.post("/sim/scan", scanned), "a look at the code");
        }
        close(begun);
    } else {
        pay(begun.path);
    }
    return begun;
}

MatrixCase MatrixShop::begin_refund(const MatrixCell& cell) {
    if (paid_.empty()) {
        throw std::runtime_error("nothing is left that can be given back");
    }
    MatrixCase begun{.cell = &cell, .payment = paid_.back()};
    paid_.pop_back();
    const Number order{protocol_.order_member, number_of(begun.payment)};
    if (must_come_first(cell, protocol_)) {
        order_fault({"refund", "processing_ms", kUnderWayMs}, order);
    } else if (cell.operation != "refund") {
        order_fault({"refund", "processing_ms", kBrieflyUnderWayMs}, order);
    }
    if (cell.operation == "refund_query" && protocol_.tells_of_refunds) {
        order_fault({"refund_callback", "missing", 0}, order);
    }
    order_fault({cell.operation, cell.kind, cell.value}, order);
    const Reply posted = cluster_.api().post(
        "/v1/refunds",
        Value(ValueObject{
            {"merchant_refund_number", next_number()},
            {"payment_id", begun.payment.substr(begun.payment.rfind('/') + 1)},
            {"amount", kMatrixAmount},
            {"currency", "CNY"},
            {"reason", "a row of a matrix"}
        }),
        {{"Prefer", "wait=0"}}
    );
    begun.path = "/v1/refunds/" + std::string(must(posted, "a refund").text_or_empty("id"));
    return begun;
}

/// A payout that is sent again would meet the fault of the next cell, which no number keeps for
/// its own. What does not end is told of at the end of the test.
MatrixCase MatrixShop::ended(MatrixCase begun) {
    static_cast<void>(eventually([&] { return end_of(begun) == begun.cell->*protocol_.end; }));
    return begun;
}

MatrixCase MatrixShop::begin_payout(const MatrixCell& cell) {
    const auto post = [this](const MatrixCell*) { return post_payout(); };
    if (cell.operation == "payout") {
        return ended(meet(cell, post));
    }
    const MatrixCell under_way{
        .operation = "payout", .kind = "processing_ms", .value = kUnderWayMs
    };
    MatrixCase begun = meet(under_way, post);
    begun.cell = &cell;
    const Number payout{"request_number", number_of(begun.path)};
    if (cell.operation == "payout_query" && protocol_.tells_of_payouts) {
        order_fault({"payout_callback", "missing", 0}, payout);
    }
    order_fault({cell.operation, cell.kind, cell.value}, payout);
    return cell.kind == "not_found" ? ended(begun) : begun;
}

std::string MatrixShop::shown(const MatrixCase& begun) {
    return to_json(must(cluster_.api().get(begun.path), begun.path));
}

std::string MatrixShop::end_of(const MatrixCase& begun) {
    const Value shown = must(cluster_.api().get(begun.path), begun.path);
    std::string end(shown.text_or_empty("status"));
    if (end == "pending") {
        const bool is_refund = begun.path.starts_with("/v1/refunds/");
        const Value last = last_of(shown, is_refund ? "ways" : "instructions");
        end += " " + std::string(last.text_or_empty("status"));
    }
    return end;
}

}  // namespace sluice::testing
