#include "unit/simulator/alipay_fixture.hpp"

#include <algorithm>
#include <filesystem>

#include "channel/aes_cbc.hpp"
#include "channel/certificate_number.hpp"
#include "channel/form_body.hpp"
#include "json/json.hpp"

namespace sluice::simulator::testing {

AlipayTest::AlipayTest() : registry_(make_registry()), host_(registry_->find_adapter("alipay")) {}

channel::ChannelAccountSettings AlipayTest::settings_of(std::string_view app) const {
    const bool is_certified = app == kCertifiedApp;
    const std::string receiver = receiver_.url();
    const TestKeys& keys = TestKeys::get();
    channel::ChannelAccountSettings account;
    account.name = is_certified ? "certificate" : "key";
    account.channel = "alipay";
    account.settings = {
        {"base_url", psp_->url()},
        {"callback_base_url", receiver.substr(0, receiver.find("/callbacks/"))},
        {"app_id", std::string(app)},
        {"seller_id", std::string(is_certified ? kCertifiedSeller : kAlipaySeller)}
    };
    account.secrets = {
        {"app_key", keys.merchant.private_key.to_pem()},
        {"platform_key", Secret(keys.platform.public_key.to_pem())}
    };
    account.keys_by_serial = {{"public_key", "platform_key"}};
    if (is_certified) {
        const std::string& platform = keys.platform_certificate.pem;
        account.secrets.insert_or_assign(
            "app_certificate", Secret(std::string(keys.merchant_certificate.pem))
        );
        account.secrets.insert_or_assign("root_certificates", Secret(std::string(platform)));
        account.secrets.insert_or_assign("content_key", Secret(std::string(kContentKey)));
        account.secrets.insert_or_assign("platform_key", Secret(std::string(platform)));
        account.keys_by_serial = {{channel::certificate_number(platform).value(), "platform_key"}};
    }
    for (const std::string& pem : learned_) {
        const std::string number = channel::certificate_number(pem).value();
        account.secrets.insert_or_assign("platform_" + number, Secret(std::string(pem)));
        account.keys_by_serial.insert_or_assign(number, "platform_" + number);
    }
    return account;
}

void AlipayTest::learn_certificate(const std::string& pem) {
    learned_.push_back(pem);
    registry_ = make_registry();
}

void AlipayTest::start_over(std::uint64_t seed) {
    restart(seed);
    registry_ = make_registry();
}

channel::RegistryPtr AlipayTest::make_registry() const {
    const auto files = channel::read_adapter_folder(
        std::filesystem::path(SLUICE_SOURCE_DIR) / "channels" / "alipay"
    );
    std::vector<channel::ChannelAccountSettings> accounts;
    accounts.push_back(settings_of(kAlipayApp));
    accounts.push_back(settings_of(kCertifiedApp));
    auto registry = channel::Registry::build({files.value()}, std::move(accounts));
    EXPECT_TRUE(registry.has_value()) << (registry ? "" : registry.error().message);
    return std::move(registry).value();
}

channel::ExchangeOrder AlipayTest::order_of(Operation operation) const {
    channel::ExchangeOrder order;
    order.operation = operation;
    order.description = "两斤橙子";
    payment::Instruction& instruction = order.instruction;
    instruction.purpose = payment::purpose_of(operation);
    const bool is_collect = instruction.purpose == payment::Purpose::collect;
    instruction.id = InstructionId(Id128::parse(is_collect ? kOrderNumber : kRefundNumber).value());
    instruction.channel = "alipay";
    instruction.channel_account = account_;
    instruction.scene = "qr";
    instruction.amount = Money(is_collect ? 1234 : 234, cny());
    instruction.created_at = clock_.now();
    instruction.expires_at = clock_.now() + std::chrono::minutes(10);
    if (instruction.purpose == payment::Purpose::refund) {
        instruction.original.id = InstructionId(Id128::parse(kOrderNumber).value());
        instruction.original.amount = Money(1234, cny());
    }
    if (instruction.purpose == payment::Purpose::payout) {
        instruction.scene = "alipay";
        instruction.amount = Money(5000, cny());
        instruction.payee =
            Value(ValueObject{{"account_number", "payee@example.com"}, {"name", "张三"}});
    }
    return order;
}

channel::ExchangeOrder AlipayTest::shown_code() const {
    channel::ExchangeOrder order = order_of(Operation::collect);
    order.instruction.scene = "barcode";
    order.instruction.payer = Value(ValueObject{{"auth_code", "280000000000000001"}});
    return order;
}

Value AlipayTest::with_content(const std::string& form, const std::function<void(Value&)>& bend) {
    Value parameters = channel::form_decode(form, channel::Charset::utf8).value();
    std::string text(parameters.text_or_empty("biz_content"));
    if (parameters.find("encrypt_type") != nullptr) {
        text = channel::aes_128_cbc_decrypt(Secret(std::string(kContentKey)), text).value();
        erase(parameters, "encrypt_type");
    }
    Value content = json::parse(text).value();
    bend(content);
    parameters.set("biz_content", to_json(content));
    return parameters;
}

std::string AlipayTest::signature_of(const Value& parameters) {
    ValueObject sorted = *parameters.as_object();
    std::ranges::sort(sorted, {}, &ValueMember::first);
    std::string text;
    for (const auto& [name, value] : sorted) {
        if (name != "sign" && !value.as_text()->empty()) {
            text += (text.empty() ? "" : "&") + name + "=" + *value.as_text();
        }
    }
    return channel::rsa_sha256_sign(TestKeys::get().merchant.private_key, text);
}

Value AlipayTest::node_of(const http::ClientResult& answer) {
    const Value body = body_of(answer);
    for (const auto& [name, node] : body.as_object() ? *body.as_object() : ValueObject{}) {
        if (node.as_object() != nullptr) {
            return node;
        }
    }
    return {};
}

Result<http::ClientRequest> AlipayTest::build(const channel::ExchangeOrder& order) {
    return host_.build(
        order, *registry_->find_account({"alipay", account_}), {clock_.now(), "nonce"}
    );
}

Value AlipayTest::handed_over(const std::string& scene) {
    channel::ExchangeOrder order = order_of(Operation::collect);
    order.instruction.scene = scene;
    const auto outcome = host_.hand_over(
        order, *registry_->find_account({"alipay", account_}), {clock_.now(), "nonce"}
    );
    EXPECT_TRUE(outcome && *outcome) << (outcome ? "" : outcome.error().message);
    return outcome && *outcome ? (*outcome)->next_action : Value();
}

http::ClientResult AlipayTest::send(http::ClientRequest request) {
    return http::fetch(client_, std::move(request));
}

payment::Outcome AlipayTest::exchange(const channel::ExchangeOrder& order) {
    auto request = build(order);
    EXPECT_TRUE(request.has_value()) << (request ? "" : request.error().message);
    if (!request) {
        return {};
    }
    const auto answer = send(*std::move(request));
    EXPECT_TRUE(answer.has_value());
    return answer ? host_.read(
                        {order, *answer},
                        *registry_->find_account({"alipay", account_}),
                        {clock_.now(), "nonce"}
                    )
                  : payment::Outcome{};
}

channel::CallbackVerdict AlipayTest::told(std::size_t place) {
    channel::Callbacks reader(registry_, clock_);
    const auto all = receiver_.wait_for(place + 1);
    EXPECT_GT(all.size(), place);
    return reader.read({"alipay", account_}, {all.at(place).headers, all.at(place).body});
}

void AlipayTest::given_scanned() {
    EXPECT_EQ(exchange(Operation::collect).kind, payment::OutcomeKind::pending);
    const std::string number = R"({"out_trade_no":")" + std::string(kOrderNumber) + "\"}";
    EXPECT_EQ(status_of(control("/sim/scan", number)), 200);
}

void AlipayTest::given_paid() {
    given_scanned();
    EXPECT_EQ(status_of(pay(kOrderNumber)), 200);
}

}  // namespace sluice::simulator::testing
