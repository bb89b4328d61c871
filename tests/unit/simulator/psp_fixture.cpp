#include "unit/simulator/psp_fixture.hpp"

#include "channel/certificate_number.hpp"
#include "json/json.hpp"

namespace sluice::simulator::testing {

namespace {

AlipayApp alipay_app(std::string_view app_id, std::string_view seller_id) {
    return {
        .app_id = std::string(app_id),
        .seller_id = std::string(seller_id),
        .name = "Tea shop",
        .public_key = TestKeys::get().merchant.public_key,
        .certificate_number = {},
        .content_key = Secret(std::string()),
        .transfer_balance = kBankOpening,
        .notify_prefixes = {}
    };
}

AlipayApp certified_app() {
    AlipayApp app = alipay_app(kCertifiedApp, kCertifiedSeller);
    app.certificate_number =
        channel::certificate_number(TestKeys::get().merchant_certificate.pem).value();
    app.content_key = Secret(std::string(kContentKey));
    return app;
}

PspIdentities test_identities() {
    const TestKeys& keys = TestKeys::get();
    Merchant merchant{
        .mchid = std::string(kMchid),
        .appid = std::string(kAppid),
        .name = "Tea & <Shop>",
        .certificate_serial = std::string(kMerchantSerial),
        .public_key = keys.merchant.public_key,
        .api_v3_key = Secret(std::string(kApiV3Key)),
        .notify_prefixes = {},
        .api_v2_key = Secret(std::string(kApiV2Key))
    };
    return {
        .merchants = {merchant},
        .platform =
            {.private_key = keys.platform.private_key,
             .public_key_id = std::string(kPublicKeyId),
             .certificate_pem = keys.platform_certificate.pem,
             .certificate_serial = keys.platform_certificate.serial},
        .bank_accounts = {BankAccount{
            .account = std::string(kBankAccount),
            .name = "Tea shop",
            .key = Secret(std::string(kBankKey)),
            .opening_balance = kBankOpening,
            .single_limit = 30'000,
            .daily_limit = 80'000,
            .collection_agreement = "VA20260001",
            .notify_prefixes = {}
        }},
        .alipay_apps = {alipay_app(kAlipayApp, kAlipaySeller), certified_app()}
    };
}

PspSettings test_settings() {
    PspSettings settings;
    settings.threads = 16;
    settings.ladder_second = std::chrono::microseconds(100);
    return settings;
}

}  // namespace

const TestKeys& TestKeys::get() {
    static const TestKeys keys = [] {
        TestKeys made;
        const Time start = SharedClock().now();
        made.platform_certificate = channel::make_self_signed_certificate(
            made.platform.private_key,
            {.common_name = "Test platform",
             .valid_from = start,
             .valid_until = start + std::chrono::days(30)}
        );
        made.merchant_certificate = channel::make_self_signed_certificate(
            made.merchant.private_key,
            {.common_name = "Test application",
             .valid_from = start,
             .valid_until = start + std::chrono::days(30)}
        );
        return made;
    }();
    return keys;
}

CallbackReceiver::CallbackReceiver()
    : server_(std::make_unique<http::Server>(
          http::ServerSettings{}, http::blocking([this](const http::Request& request) {
              const MutexLock lock(mutex_);
              requests_.push_back(request);
              arrived_.notify_all();
              int status = 204;
              if (!statuses_.empty()) {
                  status = statuses_.front();
                  statuses_.erase(statuses_.begin());
              }
              return http::Response{.status = status};
          })
      )) {
    EXPECT_TRUE(server_->start().has_value());
}

std::string CallbackReceiver::url() const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + "/callbacks/wechatpay/m1";
}

void CallbackReceiver::answer_first_with(std::vector<int> statuses) {
    const MutexLock lock(mutex_);
    statuses_ = std::move(statuses);
}

std::vector<http::Request> CallbackReceiver::wait_for(std::size_t count) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    const MutexLock lock(mutex_);
    while (requests_.size() < count && std::chrono::steady_clock::now() < deadline) {
        arrived_.wait_until(mutex_, deadline);
    }
    return requests_;
}

std::size_t CallbackReceiver::count() {
    const MutexLock lock(mutex_);
    return requests_.size();
}

PspTest::PspTest() { restart(); }

void PspTest::restart(std::uint64_t seed) {
    PspSettings settings = test_settings();
    settings.seed = seed;
    psp_ = std::make_unique<Psp>(std::move(settings), test_identities(), clock_);
    EXPECT_TRUE(psp_->start().has_value());
}

http::ClientResult PspTest::call(const MerchantCall& call) {
    const auto now = std::chrono::floor<std::chrono::seconds>(clock_.now().time_since_epoch());
    const std::string timestamp = std::to_string(now.count() + call.clock_skew_s);
    const std::string message = call.method + "\n" + call.target + "\n" + timestamp + "\n" +
                                call.nonce + "\n" + call.signed_body.value_or(call.body) + "\n";
    const std::string signature =
        channel::rsa_sha256_sign(TestKeys::get().merchant.private_key, message);
    http::ClientRequest request{
        .method = call.method,
        .url = psp_->url() + call.target,
        .headers = call.headers,
        .body = call.body
    };
    request.headers.add(
        {"Authorization",
         call.authorization.value_or(
             call.scheme + " mchid=\"" + call.mchid + "\",nonce_str=\"" + call.nonce +
             "\",signature=\"" + signature + "\",timestamp=\"" + timestamp + "\",serial_no=\"" +
             call.serial + "\""
         )}
    );
    return http::fetch(client_, std::move(request));
}

Value PspTest::create_body(const std::string& out_trade_no, std::int64_t amount) const {
    return Value(ValueObject{
        {"appid", kAppid},
        {"mchid", kMchid},
        {"description", "sluice 测试商品"},
        {"out_trade_no", out_trade_no},
        {"notify_url", receiver_.url()},
        {"amount", Value(ValueObject{{"total", amount}, {"currency", "CNY"}})}
    });
}

http::ClientResult PspTest::create(const std::string& out_trade_no, std::int64_t amount) {
    return call(
        {.method = "POST",
         .target = "/v3/pay/transactions/native",
         .body = to_json(create_body(out_trade_no, amount))}
    );
}

http::ClientResult PspTest::query(const std::string& out_trade_no) {
    return call(
        {.target =
             "/v3/pay/transactions/out-trade-no/" + out_trade_no + "?mchid=" + std::string(kMchid)}
    );
}

http::ClientResult PspTest::close(const std::string& out_trade_no) {
    return call(
        {.method = "POST",
         .target = "/v3/pay/transactions/out-trade-no/" + out_trade_no + "/close",
         .body = R"({"mchid":"1900000109"})"}
    );
}

http::ClientResult PspTest::control(const std::string& path, const std::string& body) {
    return http::fetch(
        client_, {.method = body.empty() ? "GET" : "POST", .url = psp_->url() + path, .body = body}
    );
}

http::ClientResult PspTest::pay(const std::string& out_trade_no) {
    return control("/sim/pay", R"({"out_trade_no":")" + out_trade_no + R"("})");
}

void PspTest::order_fault(const std::string& json) {
    const auto ordered = control("/sim/faults", json);
    ASSERT_EQ(status_of(ordered), 201) << to_json(body_of(ordered));
}

Value PspTest::booked(const std::string& out_trade_no) {
    const Value report = body_of(control("/sim/books?out_trade_no=" + out_trade_no));
    const Value* orders = report.find("orders");
    const bool found = orders != nullptr && !orders->as_array()->empty();
    return found ? orders->as_array()->front() : Value();
}

Value PspTest::opened(const http::Request& callback) {
    const auto body = json::parse(callback.body);
    EXPECT_TRUE(body.has_value());
    const Value resource = *body->find("resource");
    const auto plain = channel::aes_256_gcm_decrypt(
        {.key = kApiV3Key,
         .nonce = resource.text_or_empty("nonce"),
         .associated_data = resource.text_or_empty("associated_data")},
        resource.text_or_empty("ciphertext")
    );
    return plain ? json::parse(*plain).value_or(Value()) : Value();
}

bool PspTest::is_signed_by_platform(const http::Headers& headers, std::string_view body) {
    std::string message(headers.get_or_empty("Wechatpay-Timestamp"));
    message.append("\n").append(headers.get_or_empty("Wechatpay-Nonce")).append("\n");
    message.append(body).append("\n");
    return channel::rsa_sha256_verify(
        TestKeys::get().platform.public_key,
        {.message = message, .signature = headers.get_or_empty("Wechatpay-Signature")}
    );
}

int status_of(const http::ClientResult& answer) { return answer ? answer->status : 0; }

Value body_of(const http::ClientResult& answer) {
    return answer ? json::parse(answer->body).value_or(Value()) : Value();
}

std::string refusal_of(const http::ClientResult& answer) {
    return std::to_string(status_of(answer)) + " " +
           std::string(body_of(answer).text_or_empty("code"));
}

void erase(Value& record, std::string_view member) {
    std::erase_if(*record.as_object(), [&](const ValueMember& each) {
        return each.first == member;
    });
}

Bend without(const char* member) {
    return [=](Value& body) { erase(body, member); };
}

Bend with(const char* member, Value value) {
    return [=](Value& body) { body.set(member, value); };
}

}  // namespace sluice::simulator::testing
