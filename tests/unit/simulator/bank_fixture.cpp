#include "unit/simulator/bank_fixture.hpp"

#include "json/json.hpp"

namespace sluice::simulator::testing {

namespace {

/// Written down once more, so that the bank's own code does not vouch for itself.
std::string signature_of(const std::string& key, const std::vector<std::string>& lines) {
    std::string message;
    for (const std::string& line : lines) {
        message += line + "\n";
    }
    return channel::hmac_sha256_hex(Secret(key), message);
}

struct SignedParts {
    const http::Headers& headers;
    std::string first;
    std::string second;
    const std::string& body;
};

bool verifies(const SignedParts& parts) {
    const std::string expected = signature_of(
        std::string(kBankKey),
        {parts.first,
         parts.second,
         std::string(parts.headers.get_or_empty("Bank-Timestamp")),
         std::string(parts.headers.get_or_empty("Bank-Nonce")),
         channel::sha256_hex(parts.body)}
    );
    return parts.headers.get_or_empty("Bank-Account") == kBankAccount &&
           parts.headers.get_or_empty("Bank-Signature") == expected;
}

}  // namespace

http::ClientResult BankTest::send(const BankCall& call) {
    const auto now = std::chrono::floor<std::chrono::seconds>(clock_.now().time_since_epoch());
    const std::string timestamp = std::to_string(now.count() + call.clock_skew_s);
    const std::string nonce = call.nonce.value_or("nonce0000000000" + std::to_string(++nonces_));
    http::ClientRequest request{
        .method = call.method, .url = psp_->url() + call.target, .body = call.body
    };
    request.headers.add({"Bank-Account", call.account});
    request.headers.add({"Bank-Timestamp", timestamp});
    request.headers.add({"Bank-Nonce", nonce});
    request.headers.add(
        {"Bank-Signature",
         signature_of(
             call.key,
             {call.method,
              call.signed_target.value_or(call.target),
              timestamp,
              nonce,
              channel::sha256_hex(call.signed_body.value_or(call.body))}
         )}
    );
    return http::fetch(client_, std::move(request));
}

Value BankTest::payout_body(const std::string& request_number, std::int64_t amount) const {
    return Value(ValueObject{
        {"request_number", request_number},
        {"amount", amount},
        {"currency", "CNY"},
        {"payee",
         Value(ValueObject{
             {"name", "张三"},
             {"account_number", "6222020200112233445"},
             {"bank_code", "102100099996"}
         })},
        {"purpose", "货款"},
        {"notify_url", receiver_.url()}
    });
}

http::ClientResult BankTest::send_payout(const Value& body) {
    return send({.method = "POST", .target = kPayouts, .body = to_json(body)});
}

http::ClientResult BankTest::query_payout(const std::string& request_number) {
    return send({.target = kPayouts + ("/" + request_number)});
}

std::string BankTest::status_of_payout(const std::string& request_number) {
    return std::string(body_of(query_payout(request_number)).text_or_empty("status"));
}

http::ClientResult BankTest::advance(const std::string& status, const std::string& request_number) {
    return control(
        "/sim/bank/payout",
        to_json(Value(ValueObject{{"request_number", request_number}, {"status", status}}))
    );
}

void BankTest::given_slow_payouts() {
    ASSERT_EQ(status_of(control("/sim/bank/course", R"({"delay_ms":3600000})")), 200);
}

http::ClientResult BankTest::balance() { return send({.target = "/bank/v1/balance"}); }

http::ClientResult BankTest::statement(const std::string& day) {
    return send({.target = "/bank/v1/statements/" + day});
}

Value BankTest::collection_body(const std::string& request_number, std::int64_t amount) const {
    return Value(ValueObject{
        {"request_number", request_number},
        {"agreement", "VA20260001"},
        {"amount", amount},
        {"currency", "CNY"},
        {"description", "两斤橙子"},
        {"expires_at", "2026-01-01T10:00:00+08:00"},
        {"notify_url", receiver_.url()}
    });
}

http::ClientResult BankTest::collect(const Value& body) {
    return send({.method = "POST", .target = kCollections, .body = to_json(body)});
}

http::ClientResult BankTest::query_collection(const std::string& request_number) {
    return send({.target = kCollections + ("/" + request_number)});
}

http::ClientResult BankTest::close_collection(const std::string& request_number) {
    return send({.method = "POST", .target = kCollections + ("/" + request_number) + "/close"});
}

http::ClientResult BankTest::transfer(const std::string& more, const std::string& request_number) {
    const std::string about = R"({"request_number":")" + request_number + R"(")";
    return control("/sim/bank/transfer", about + more + "}");
}

Value BankTest::booked_collection(const std::string& request_number) {
    const Value report = body_of(control("/sim/bank/books?request_number=" + request_number));
    const Value* rows = report.find("collections");
    const bool found = rows != nullptr && !rows->as_array()->empty();
    return found ? rows->as_array()->front() : Value();
}

Value BankTest::booked_payout(const std::string& request_number) {
    const Value report = body_of(control("/sim/bank/books?request_number=" + request_number));
    const Value* payouts = report.find("payouts");
    const bool found = payouts != nullptr && !payouts->as_array()->empty();
    return found ? payouts->as_array()->front() : Value();
}

Value BankTest::account_row() {
    const Value report = body_of(control("/sim/bank/books"));
    const Value* accounts = report.find("accounts");
    if (accounts == nullptr || accounts->as_array()->empty()) {
        ADD_FAILURE() << "the bank shows no accounts";
        return Value();
    }
    const Value row = accounts->as_array()->front();
    EXPECT_EQ(
        row.int_or("opening", -1) + row.int_or("topped_up", -1) + row.int_or("collected", -1),
        row.int_or("available", -1) + row.int_or("paying", -1) + row.int_or("paid", -1) +
            row.int_or("swept", -1) + row.int_or("fees", -1)
    );
    return row;
}

bool BankTest::is_signed_by_bank(const http::ClientResult& answer, const std::string& target) {
    return answer && verifies(
                         {.headers = answer->headers,
                          .first = std::to_string(answer->status),
                          .second = target,
                          .body = answer->body}
                     );
}

bool BankTest::is_signed_notice(const http::Request& callback) {
    return verifies(
        {.headers = callback.headers,
         .first = "NOTICE",
         .second = std::string(kBankAccount),
         .body = callback.body}
    );
}

Value BankTest::told_by(const http::Request& callback, const std::string& member) {
    const auto body = json::parse(callback.body);
    const Value* told = body ? body->find(member) : nullptr;
    return told == nullptr ? Value() : *told;
}

}  // namespace sluice::simulator::testing
