#include "fuzz/alipay_seal.hpp"

#include "channel/aes_cbc.hpp"
#include "channels/alipay_world.hpp"

namespace sluice::channel::testing {
namespace {

Secret<std::string> content_key() { return Secret<std::string>(std::string(kContentKey)); }

}  // namespace

ChannelAccountSettings sealing_alipay_account() {
    ChannelAccountSettings account = alipay_account();
    account.secrets.emplace("content_key", content_key());
    return account;
}

std::string sealed_node(std::string_view node) {
    return "\"" + aes_128_cbc_encrypt(content_key(), node).value() + "\"";
}

}  // namespace sluice::channel::testing
