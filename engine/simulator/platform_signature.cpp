#include "simulator/platform_signature.hpp"

#include "channel/crypto.hpp"

namespace sluice::simulator {

void add_platform_signature(
    World& world, http::Headers& headers, std::string_view body, const SignatureOrder& order
) {
    const auto seconds =
        std::chrono::floor<std::chrono::seconds>(world.now().time_since_epoch()).count();
    const std::string timestamp = std::to_string(seconds);
    const std::string nonce = world.nonces.token(16);
    std::string message = timestamp + "\n" + nonce + "\n";
    message.append(body).append("\n");
    const bool is_public_key = order.name == SigningName::public_key;
    const PlatformKey newest = world.platform_keys.newest();
    std::string signature = channel::rsa_sha256_sign(
        is_public_key ? world.platform.private_key : newest.private_key, message
    );
    if (order.quality == SignatureQuality::wrong) {
        signature = "WECHATPAY/SIGNTEST/" + signature.substr(19);
    }
    headers.add({"Wechatpay-Timestamp", timestamp});
    headers.add({"Wechatpay-Nonce", nonce});
    headers.add({"Wechatpay-Signature", std::move(signature)});
    headers.add({"Wechatpay-Signature-Type", "WECHATPAY2-SHA256-RSA2048"});
    headers.add(
        {"Wechatpay-Serial",
         is_public_key ? world.platform.public_key_id : newest.certificate.serial}
    );
}

Value sealed_resource(World& world, const Sealing& sealing, std::string_view plaintext) {
    const std::string nonce = world.nonces.token(12);
    return Value(ValueObject{
        {"algorithm", "AEAD_AES_256_GCM"},
        {"ciphertext",
         channel::aes_256_gcm_encrypt(
             {.key = sealing.api_v3_key, .nonce = nonce, .associated_data = sealing.associated_data
             },
             plaintext
         )},
        {"associated_data", sealing.associated_data},
        {"nonce", nonce}
    });
}

}  // namespace sluice::simulator
