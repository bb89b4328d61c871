#include "simulator/alipay_app.hpp"

#include <algorithm>

#include "channel/certificate_number.hpp"
#include "json/json.hpp"
#include "simulator/key_files.hpp"

namespace sluice::simulator {

namespace {

constexpr std::int64_t kTransferMax = 100'000'000'00;

Result<AlipayApp> load_app(const Value& from, const std::filesystem::path& keys) {
    SLUICE_ASSIGN(std::string app_id, text_member(from, "app_id"));
    SLUICE_ASSIGN(std::string seller_id, text_member(from, "seller_id"));
    SLUICE_ASSIGN(const std::string key_file, text_member(from, "public_key_file"));
    SLUICE_ASSIGN(const std::string pem, read_file(keys / key_file));
    SLUICE_ASSIGN(channel::PublicKey public_key, channel::PublicKey::from_pem(pem));
    AlipayApp app{
        .app_id = std::move(app_id),
        .seller_id = std::move(seller_id),
        .name = std::string(from.text_or_empty("name")),
        .public_key = std::move(public_key),
        .certificate_number = {},
        .content_key = Secret(std::string()),
        .transfer_balance = from.int_or("transfer_balance", 0),
        .notify_prefixes = texts_member(from, "notify_prefixes")
    };
    if (const std::string_view file = from.text_or_empty("certificate_file"); !file.empty()) {
        SLUICE_ASSIGN(const std::string certificate, read_file(keys / file));
        SLUICE_ASSIGN(app.certificate_number, channel::certificate_number(certificate));
    }
    if (const std::string_view file = from.text_or_empty("content_key_file"); !file.empty()) {
        SLUICE_ASSIGN(std::string key, read_line(keys / file));
        app.content_key = Secret(std::move(key));
    }
    return app;
}

}  // namespace

bool AlipayApp::may_be_notified_at(std::string_view url) const {
    return !url.empty() && (notify_prefixes.empty() ||
                            std::ranges::any_of(notify_prefixes, [url](const std::string& prefix) {
                                return url.starts_with(prefix);
                            }));
}

const AlipayApp* AlipayDirectory::find(std::string_view app_id) const {
    const auto found = std::ranges::find(apps_, app_id, &AlipayApp::app_id);
    return found == apps_.end() ? nullptr : &*found;
}

const AlipayApp* AlipayDirectory::find_seller(std::string_view seller_id) const {
    const auto found = std::ranges::find(apps_, seller_id, &AlipayApp::seller_id);
    return found == apps_.end() ? nullptr : &*found;
}

std::vector<BankAccount> AlipayDirectory::transfer_accounts() const {
    std::vector<BankAccount> accounts;
    accounts.reserve(apps_.size());
    for (const AlipayApp& app : apps_) {
        accounts.push_back(
            {.account = app.seller_id,
             .name = app.name,
             .key = Secret(std::string()),
             .opening_balance = app.transfer_balance,
             .single_limit = kTransferMax,
             .daily_limit = kTransferMax,
             .notify_prefixes = {}}
        );
    }
    return accounts;
}

Result<std::vector<AlipayApp>> load_alipay_apps(const MerchantFiles& files) {
    SLUICE_ASSIGN(const std::string text, read_file(files.list));
    SLUICE_ASSIGN(const Value root, json::parse(text));
    std::vector<AlipayApp> apps;
    const Value* list = root.find("alipay_apps");
    if (list == nullptr) {
        return apps;
    }
    if (list->as_array() == nullptr) {
        return fail(
            ErrorCode::invalid, files.list.string() + " has 'alipay_apps', wanted a list of them"
        );
    }
    for (const Value& from : *list->as_array()) {
        SLUICE_ASSIGN(AlipayApp app, load_app(from, files.keys));
        apps.push_back(std::move(app));
    }
    return apps;
}

}  // namespace sluice::simulator
