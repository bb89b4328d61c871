#include "simulator/merchant.hpp"

#include <algorithm>

#include "json/json.hpp"
#include "simulator/key_files.hpp"

namespace sluice::simulator {

namespace {

using std::filesystem::path;

Result<Merchant> load_merchant(const Value& from, const path& keys) {
    SLUICE_ASSIGN(std::string mchid, text_member(from, "mchid"));
    SLUICE_ASSIGN(std::string appid, text_member(from, "appid"));
    SLUICE_ASSIGN(std::string serial, text_member(from, "certificate_serial"));
    SLUICE_ASSIGN(const std::string key_file, text_member(from, "public_key_file"));
    SLUICE_ASSIGN(const std::string pem, read_file(keys / key_file));
    SLUICE_ASSIGN(channel::PublicKey public_key, channel::PublicKey::from_pem(pem));
    std::string api_v3_key;
    if (const std::string_view file = from.text_or_empty("api_v3_key_file"); !file.empty()) {
        SLUICE_ASSIGN(api_v3_key, read_line(keys / file));
        if (api_v3_key.size() != 32) {
            return fail(
                ErrorCode::invalid, "the APIv3 key of merchant " + mchid + " is not 32 bytes long"
            );
        }
    }
    Merchant merchant{
        .mchid = mchid,
        .appid = std::move(appid),
        .name = std::string(from.text_or_empty("name")),
        .certificate_serial = std::move(serial),
        .public_key = std::move(public_key),
        .api_v3_key = Secret(std::move(api_v3_key)),
        .notify_prefixes = texts_member(from, "notify_prefixes")
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
