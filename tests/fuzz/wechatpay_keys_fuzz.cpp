// Whatever WeChat Pay shows as its certificates: what is learned is exactly what was sealed for
// this merchant, nothing without a good signature or our own key, and what people configured stays.
#include "channel/crypto.hpp"
#include "channel/shown_keys.hpp"
#include "channels/wechatpay_world.hpp"
#include "core/invariant.hpp"
#include "fuzz/reach.hpp"
#include "fuzz/recorded_message.hpp"

namespace {

namespace world = sluice::channel::testing;
using sluice::Value;
using sluice::channel::AdapterHost;
using sluice::channel::ShownKey;
using sluice::fuzz::RecordedMessage;

constexpr const char* kKeys = "shown keys";
constexpr const char* kNoKeys = "that there are none to show";
constexpr const char* kCertificate = "a new certificate";
constexpr const char* kBadCertificate = "a certificate that is none";
constexpr std::string_view kNonce = "fdasflkja484";
constexpr std::string_view kForeignKey = "ffffffffffffffffffffffffffffffff";

/// The channel's account, read once.
struct Wechatpay {
    sluice::channel::RegistryPtr registry = [] {
        auto downloading = world::wechatpay_account();
        downloading.settings["certificates"] = "download";
        return world::wechatpay_registry(std::move(downloading));
    }();
    const sluice::channel::ChannelAccount& account = *registry->find_account({"wechatpay", "main"});
    AdapterHost host{registry->find_adapter("wechatpay"), [](const auto&) {}};
};

/// The box of one certificate: recorded open, told sealed. What has not the form of one stays.
Value sealed(const Value& box, std::string_view key) {
    const Value* plain = box.find("certificate");
    if (plain == nullptr || plain->as_text() == nullptr) {
        return box;
    }
    // A nonce of another size opens nothing, whatever it sealed.
    const std::string_view told = box.text_or_empty("nonce");
    const std::string_view nonce = told.size() == kNonce.size() ? told : kNonce;
    Value closed = box;
    std::erase_if(*closed.as_object(), [](const auto& member) {
        return member.first == "certificate";
    });
    closed.set(
        "ciphertext",
        sluice::channel::aes_256_gcm_encrypt(
            {key, nonce, box.text_or_empty("associated_data")}, *plain->as_text()
        )
    );
    return closed;
}

/// The body that tells what was recorded, its certificates sealed under the key.
std::string body_of(const RecordedMessage& message, std::string_view key) {
    const Value* data = message.content.find("data");
    if (data == nullptr || data->as_array() == nullptr) {
        return message.body;
    }
    Value items = *data;
    for (Value& item : *items.as_array()) {
        const Value* box = item.find("encrypt_certificate");
        if (box != nullptr && box->as_object() != nullptr) {
            item.set("encrypt_certificate", sealed(*box, key));
        }
    }
    return to_json(sluice::ValueObject{{"data", std::move(items)}});
}

sluice::Result<std::vector<ShownKey>> read(
    Wechatpay& channel, const RecordedMessage& message, std::string_view key, const char* signature
) {
    const std::string body = body_of(message, key);
    const sluice::http::Response answer{
        message.status, world::signature_headers(signature, body), body
    };
    return sluice::channel::read_shown_keys(
        channel.host, {channel.account, answer}, {world::test_now(), "nonce"}
    );
}

/// Each key that was read is the recorded one of its place, and none is missing.
void check_told(const RecordedMessage& message, const std::vector<ShownKey>& keys) {
    const Value* data = message.content.find("data");
    SLUICE_INVARIANT(data != nullptr && data->as_array()->size() == keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const Value& item = (*data->as_array())[i];
        const Value& box = *item.find("encrypt_certificate");
        SLUICE_INVARIANT(keys[i].serial == item.text_or_empty("serial_no"));
        SLUICE_INVARIANT(keys[i].certificate == box.text_or_empty("certificate"));
        SLUICE_INVARIANT(!keys[i].serial.empty() && !keys[i].certificate.empty());
    }
}

void learn(const Wechatpay& channel, const std::vector<ShownKey>& keys) {
    const auto& before = channel.account.settings();
    const auto learned = sluice::channel::with_shown_keys(before, keys, world::test_now());
    if (!learned) {
        sluice::fuzz::reached(kBadCertificate);
        return;
    }
    if (!*learned) {
        return;
    }
    sluice::fuzz::reached(kCertificate);
    const auto& after = **learned;
    for (const auto& [serial, name] : before.keys_by_serial) {
        SLUICE_INVARIANT(after.keys_by_serial.at(serial) == name);
        SLUICE_INVARIANT(after.secrets.at(name).reveal() == before.secrets.at(name).reveal());
    }
    for (const auto& [serial, name] : after.keys_by_serial) {
        const bool is_new = !before.keys_by_serial.contains(serial);
        const std::string& pem = after.secrets.at(name).reveal();
        SLUICE_INVARIANT(!is_new || sluice::channel::certificate_serial(pem).value() == serial);
        SLUICE_INVARIANT(
            !is_new || sluice::channel::certificate_valid_until(pem).value() > world::test_now()
        );
    }
}

}  // namespace

std::vector<std::string> sluice::fuzz::readers() {
    return {kKeys, kNoKeys, kCertificate, kBadCertificate};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Wechatpay channel;
    const RecordedMessage message = sluice::fuzz::read_recorded(data, size);
    // Signed by a key that is yet to be learned: what ours opens is the channel's all the same.
    for (const char* signature : {"good", "unknown_serial"}) {
        const auto keys = read(channel, message, world::kApiV3Key, signature);
        SLUICE_INVARIANT(!keys || keys->empty() || message.status == 200);
        if (keys && keys->empty()) {
            sluice::fuzz::reached(kNoKeys);
        } else if (keys) {
            check_told(message, *keys);
            sluice::fuzz::reached(kKeys);
            learn(channel, *keys);
        }
        const auto foreign = read(channel, message, kForeignKey, signature);
        SLUICE_INVARIANT(!foreign || foreign->empty());
    }
    for (const char* signature : {"wrong", "stale", "none"}) {
        const auto keys = read(channel, message, world::kApiV3Key, signature);
        SLUICE_INVARIANT(!keys || keys->empty());
    }
    return 0;
}
