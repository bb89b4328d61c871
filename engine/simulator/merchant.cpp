#include "simulator/merchant.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "json/json.hpp"

namespace sluice::simulator {

namespace {

using std::filesystem::path;

Result<std::string> read_file(const path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) {
        return fail(ErrorCode::not_found, "cannot read the file " + file.string());
    }
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

Result<std::string> read_line(const path& file) {
    SLUICE_ASSIGN(std::string text, read_file(file));
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
        text.pop_back();
    }
    return text;
}

Result<std::string> member(const Value& merchant, std::string_view name) {
    const std::string_view text = merchant.text_or_empty(name);
    if (text.empty()) {
        return fail(
            ErrorCode::invalid,
            "a merchant of the simulator lacks the text '" + std::string(name) + "'"
        );
    }
    return std::string(text);
}

Result<Merchant> load_merchant(const Value& from, const path& keys) {
    SLUICE_ASSIGN(std::string mchid, member(from, "mchid"));
    SLUICE_ASSIGN(std::string appid, member(from, "appid"));
    SLUICE_ASSIGN(std::string serial, member(from, "certificate_serial"));
    SLUICE_ASSIGN(const std::string key_file, member(from, "public_key_file"));
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
        .notify_prefixes = {}
    };
    if (merchant.name.empty()) {
        merchant.name = merchant.mchid;
    }
    if (const Value* prefixes = from.find("notify_prefixes"); prefixes != nullptr) {
        const ValueArray none;
        const ValueArray* list = prefixes->as_array();
        for (const Value& prefix : list == nullptr ? none : *list) {
            merchant.notify_prefixes.push_back(
                prefix.as_text() == nullptr ? std::string() : *prefix.as_text()
            );
        }
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
