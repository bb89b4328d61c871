#include "fuzz/wechatpay_notice.hpp"

#include "channel/crypto.hpp"
#include "channels/recorded_file.hpp"
#include "channels/wechatpay_world.hpp"

namespace sluice::channel::testing {

std::string notice_of(const Value& message) {
    if (const Value* body = message.find("body")) {
        return body_of(body);
    }
    std::string type = "transaction";
    for (const char* other : {"refund", "mch_payment"}) {
        type = message.find(other) != nullptr ? other : type;
    }
    const Value* content = message.find(type);
    const bool is_right = message.text_or_empty("api_v3_key") == "right";
    const AeadBox box{
        is_right ? kApiV3Key : "ffffffffffffffffffffffffffffffff", "fdasflkja484", type
    };
    const Value resource = ValueObject{
        {"algorithm", "AEAD_AES_256_GCM"},
        {"associated_data", type},
        {"ciphertext", aes_256_gcm_encrypt(box, content == nullptr ? "" : to_json(*content))},
        {"nonce", "fdasflkja484"},
        {"original_type", type},
    };
    return to_json(ValueObject{
        {"id", "5f0c0e1a-2b3c-5d4e-8f60-7182930a4b5c"},
        {"event_type", message.text_or_empty("event_type")},
        {"resource", resource},
    });
}

}  // namespace sluice::channel::testing
