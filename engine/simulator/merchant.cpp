#include "simulator/merchant.hpp"

#include <algorithm>

#include "json/json.hpp"
#include "simulator/key_files.hpp"

namespace sluice::simulator {

namespace {

using std::filesystem::path;

constexpr std::size_t kApiKeySize = 32;

/// "" for a member that is not there.
Result<Secret<std::string>> api_key(const Value& from, std::string_view member, const path& keys) {
    std::string key;
    if (const std::string_view file = from.text_or_empty(member); !file.empty()) {
        SLUICE_ASSIGN(key, read_line(keys / file));
        if (key.size() != kApiKeySize) {
            return fail(
                ErrorCode::invalid,
                "the " + std::string(member) + " of merchant " +
                    std::string(from.text_or_empty("mchid")) + " does not hold 32 bytes"
            );
        }
    }
    return Secret(std::move(key));
}

Result<Merchant> load_merchant(const Value& from, const path& keys) {
    SLUICE_ASSIGN(std::string mchid, text_member(from, "mchid"));
    SLUICE_ASSIGN(std::string appid, text_member(from, "appid"));
    SLUICE_ASSIGN(std::string serial, text_member(from, "certificate_serial"));
    SLUICE_ASSIGN(const std::string key_file, text_member(from, "public_key_file"));
    SLUICE_ASSIGN(const std::string pem, read_file(keys / key_file));
    SLUICE_ASSIGN(channel::PublicKey public_key, channel::PublicKey::from_pem(pem));
    SLUICE_ASSIGN(auto api_v3_key, api_key(from, "api_v3_key_file", keys));
    SLUICE_ASSIGN(auto api_v2_key, api_key(from, "api_v2_key_file", keys));
    Merchant merchant{
        .mchid = mchid,
        .appid = std::move(appid),
        .name = std::string(from.text_or_empty("name")),
        .certificate_serial = std::move(serial),
        .public_key = std::move(public_key),
        .api_v3_key = std::move(api_v3_key),
        .notify_prefixes = texts_member(from, "notify_prefixes"),
        .api_v2_key = std::move(api_v2_key)
    };
    if (merchant.name.empty()) {
        merchant.name = merchant.mchid;
    }
    return merchant;
}

}  // namespace

bool Merchant::may_be_notified_at(std::string_view url) const {
    return !api_v3_key.reveal().empty() && !url.empty() &&
           (notify_prefixes.empty() ||
            std::ranges::any_of(notify_prefixes, [url](const std::string& prefix) {
                return url.starts_with(prefix);
            }));
}

const Merchant* MerchantDirectory::find(std::string_view mchid) const {
    const auto found = std::ranges::find(merchants_, mchid, &Merchant::mchid);
    return found == merchants_.end() ? nullptr : &*found;
}

Result<std::vector<Merchant>> load_merchants(const MerchantFiles& files) {
    SLUICE_ASSIGN(const std::string text, read_file(files.list));
    SLUICE_ASSIGN(const Value root, json::parse(text));
    const Value* list = root.find("merchants");
    if (list == nullptr || list->as_array() == nullptr) {
        return fail(ErrorCode::invalid, files.list.string() + " has no list 'merchants'");
    }
    std::vector<Merchant> merchants;
    for (const Value& from : *list->as_array()) {
        SLUICE_ASSIGN(Merchant merchant, load_merchant(from, files.keys));
        merchants.push_back(std::move(merchant));
    }
    return merchants;
}

Result<PlatformIdentity> load_platform(const path& keys) {
    SLUICE_ASSIGN(const std::string private_pem, read_file(keys / "platform_private.pem"));
    SLUICE_ASSIGN(channel::PrivateKey private_key, channel::PrivateKey::from_pem(private_pem));
    SLUICE_ASSIGN(std::string certificate, read_file(keys / "platform_certificate.pem"));
    SLUICE_ASSIGN(std::string serial, channel::certificate_serial(certificate));
    SLUICE_ASSIGN(std::string key_id, read_line(keys / "platform_public_key_id.txt"));
    return PlatformIdentity{
        .private_key = std::move(private_key),
        .public_key_id = std::move(key_id),
        .certificate_pem = std::move(certificate),
        .certificate_serial = std::move(serial)
    };
}

}  // namespace sluice::simulator
