// Whatever WeChat Pay answers or says unasked, over either of its APIs, well signed or not: it is
// read within the laws of check_answer(), and a notice that is not signed is about nothing.
#include <algorithm>
#include <optional>

#include "channel/adapter_host.hpp"
#include "channel/callbacks.hpp"
#include "channel/crypto.hpp"
#include "channel/xml_record.hpp"
#include "channels/wechatpay_world.hpp"
#include "fuzz/reach.hpp"
#include "fuzz/recorded_message.hpp"
#include "fuzz/wechatpay_notice.hpp"

namespace {

namespace world = sluice::channel::testing;
using sluice::channel::AdapterHost;
using sluice::fuzz::RecordedMessage;

constexpr const char* kAnswer = "an answer";
constexpr const char* kTillAnswer = "an answer at a till";
constexpr const char* kNotice = "a notice";

/// The channel's account, read once.
struct Wechatpay {
    sluice::channel::RegistryPtr registry = world::wechatpay_registry(world::wechatpay_account());
    AdapterHost host{registry->find_adapter("wechatpay")};
    sluice::ManualClock clock{world::test_now()};
    sluice::channel::Callbacks callbacks{registry, clock};
};

/// The same merchant's account whose payers' codes go over API v2.
struct Till {
    sluice::channel::RegistryPtr registry = [] {
        auto account = world::wechatpay_account();
        account.settings["barcode_api"] = "v2";
        account.secrets.emplace(
            "api_v2_key", sluice::Secret<std::string>(std::string(world::kApiV2Key))
        );
        return world::wechatpay_registry(std::move(account));
    }();
    AdapterHost host{registry->find_adapter("wechatpay")};
};

/// The record that API v2 says, as the channel signs it or, over another text, as somebody else;
/// nullopt where it is no flat record of texts.
std::optional<std::string> signed_xml(const sluice::Value& content, bool is_good) {
    const sluice::Value* said = content.find("xml");
    if (said == nullptr || said->as_object() == nullptr) {
        return std::nullopt;
    }
    sluice::Value told = *said;
    std::ranges::sort(*told.as_object(), {}, &sluice::ValueMember::first);
    std::string text = is_good ? "" : "x=y&";
    for (const auto& [name, value] : *told.as_object()) {
        if (value.as_text() == nullptr) {
            return std::nullopt;
        }
        text +=
            value.as_text()->empty() || name == "sign" ? "" : name + "=" + *value.as_text() + "&";
    }
    const sluice::Secret<std::string> key{std::string(world::kApiV2Key)};
    using sluice::channel::KeyedSign;
    told.set("sign", sluice::channel::sign_with_key(KeyedSign::hmac_sha256, key, text + "key="));
    const auto xml = sluice::channel::xml_encode(told);
    return xml ? std::optional(*xml) : std::nullopt;
}

void answer_till(Till& till, const RecordedMessage& message) {
    const auto order = world::wechatpay_order_by("barcode", *message.operation);
    for (const bool is_good : {true, false}) {
        const auto xml = signed_xml(message.content, is_good);
        const auto outcome = till.host.read(
            {order, {message.status, {}, xml.value_or(message.body)}},
            *till.registry->find_account({"wechatpay", "main"}),
            {world::test_now(), "nonce"}
        );
        // What is recorded as a text may have its own good sign.
        const bool is_confirmed =
            sluice::fuzz::check_answer({order, outcome, message.status, is_good || !xml});
        if (is_good && xml && is_confirmed) {
            sluice::fuzz::reached(kTillAnswer);
        }
    }
}

void answer(Wechatpay& channel, const RecordedMessage& message) {
    const auto order = message.scene.empty()
                           ? world::wechatpay_order(*message.operation)
                           : world::wechatpay_order_by(message.scene, *message.operation);
    for (const char* signature : {"good", "wrong"}) {
        sluice::http::Response response{message.status, {}, message.body};
        response.headers = world::signature_headers(signature, message.body);
        const auto outcome = channel.host.read(
            {order, response},
            *channel.registry->find_account({"wechatpay", "main"}),
            {world::test_now(), "nonce"}
        );
        const bool is_good = signature == std::string_view("good");
        if (sluice::fuzz::check_answer({order, outcome, message.status, is_good})) {
            sluice::fuzz::reached(kAnswer);
        }
    }
}

void call_back(Wechatpay& channel, const RecordedMessage& message) {
    const std::string body = world::notice_of(message.content);
    const bool is_read = sluice::fuzz::check_notice([&](std::string_view signature) {
        const auto headers = world::signature_headers(signature, body);
        return channel.callbacks.read({"wechatpay", "main"}, {headers, body});
    });
    if (is_read) {
        sluice::fuzz::reached(kNotice);
    }
}

}  // namespace

std::vector<std::string> sluice::fuzz::readers() { return {kAnswer, kTillAnswer, kNotice}; }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Wechatpay channel;
    static Till till;
    const RecordedMessage message = sluice::fuzz::read_recorded(data, size);
    if (message.operation && message.barcode_api == "v2") {
        answer_till(till, message);
    } else if (message.operation) {
        answer(channel, message);
    } else {
        call_back(channel, message);
    }
    return 0;
}
