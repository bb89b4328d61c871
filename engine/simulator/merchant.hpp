#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "channel/keys.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"

namespace sluice::simulator {

/// A customer of the simulated channel and what the channel knows of it.
struct Merchant {
    std::string mchid;
    std::string appid;
    std::string name;                ///< what the payer reads
    std::string certificate_serial;  ///< of the merchant's certificate, 40 hexadecimal characters
    channel::PublicKey public_key;
    Secret<std::string> api_v3_key;  ///< 32 bytes; empty: not set, so no callback is sent
    /// Callbacks go only to addresses that begin with one of these; empty: to any.
    std::vector<std::string> notify_prefixes;
    Secret<std::string> api_v2_key = {};  ///< 32 characters; empty: not set, so v2 hears nothing

    [[nodiscard]] bool may_be_notified_at(std::string_view url) const;
};

/// All merchants, fixed at start.
class MerchantDirectory {
  public:
    explicit MerchantDirectory(std::vector<Merchant> merchants)
        : merchants_(std::move(merchants)) {}

    [[nodiscard]] const Merchant* find(std::string_view mchid) const;
    [[nodiscard]] const std::vector<Merchant>& all() const { return merchants_; }

  private:
    std::vector<Merchant> merchants_;
};

/// The channel's own identity: one RSA key, known to the outside both as a public key with an id
/// and as a certificate.
struct PlatformIdentity {
    channel::PrivateKey private_key;
    std::string public_key_id;  ///< PUB_KEY_ID_...
    std::string certificate_pem;
    std::string certificate_serial;
};

struct MerchantFiles {
    std::filesystem::path list;
    std::filesystem::path keys;  ///< the folder
};
/// {"merchants":[{"mchid","appid","name","certificate_serial","public_key_file","api_v3_key_file",
/// "api_v2_key_file","notify_prefixes":[...]}]}; the file names are relative to `keys`. `invalid`
/// names the member.
Result<std::vector<Merchant>> load_merchants(const MerchantFiles& files);

/// platform_private.pem, platform_certificate.pem and platform_public_key_id.txt in `keys`.
Result<PlatformIdentity> load_platform(const std::filesystem::path& keys);

}  // namespace sluice::simulator
