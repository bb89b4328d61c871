#include "channel/shown_keys.hpp"

#include <utility>

namespace sluice::channel {
namespace {

/// How the secrets are named that came from the channel itself.
constexpr std::string_view kPrefix = "shown_";
constexpr std::size_t kKeysMax = 16;

Value described(KeysFor wanted) { return ValueObject{{"trial", wanted == KeysFor::trial}}; }

Result<ShownKey> key_from_value(const Value& value) {
    ShownKey key;
    key.serial = value.text_or_empty("serial");
    key.certificate = value.text_or_empty("certificate");
    if (key.serial.empty() || key.certificate.empty()) {
        return fail(ErrorCode::invalid, "a shown key has no serial or no certificate");
    }
    return key;
}

/// What was shown is taken away when it is over; what people configured never is.
void drop_what_is_over(ChannelAccountSettings& settings, Time now) {
    for (auto row = settings.keys_by_serial.begin(); row != settings.keys_by_serial.end();) {
        const auto secret = settings.secrets.find(row->second);
        const bool was_shown = row->second.starts_with(kPrefix);
        const auto until = secret == settings.secrets.end()
                               ? fail(ErrorCode::not_found, "it is missing")
                               : certificate_valid_until(secret->second.reveal());
        if (was_shown && until && *until <= now) {
            settings.secrets.erase(secret);
            row = settings.keys_by_serial.erase(row);
        } else {
            ++row;
        }
    }
}

}  // namespace

Result<std::optional<http::ClientRequest>> ask_for_keys(
    AdapterHost& host, const ChannelAccount& account, const Moment& moment, KeysFor wanted
) {
    const Value subject = described(wanted);
    SLUICE_ASSIGN(const Value value, host.consult({"keys.request", subject}, account, moment));
    if (value.is_null()) {
        return std::nullopt;
    }
    SLUICE_ASSIGN(http::ClientRequest request, request_from_value(value, account));
    SLUICE_TRY(account.check_url(request.url));
    request.connect_timeout = account.settings().timeouts.connect;
    request.total_timeout = account.settings().timeouts.query;
    return std::optional(std::move(request));
}

Result<std::vector<ShownKey>> read_shown_keys(
    AdapterHost& host, const KeysAsked& asked, const Moment& moment
) {
    const Value subject = described(asked.wanted);
    SLUICE_ASSIGN(
        const Value told,
        host.consult({"keys.response", subject, &asked.answer}, asked.account, moment)
    );
    std::vector<ShownKey> keys;
    const std::string_view kind = told.text_or_empty("kind");
    if (kind == "none") {
        return keys;
    }
    const Value* list = told.find("keys");
    if (kind != "found" || list == nullptr || list->as_array() == nullptr ||
        list->as_array()->size() > kKeysMax) {
        const std::string code(told.text_or_empty("code"));
        return fail(ErrorCode::unknown, "its keys were not shown: " + code, code);
    }
    for (const Value& value : *list->as_array()) {
        SLUICE_ASSIGN(ShownKey key, key_from_value(value));
        keys.push_back(std::move(key));
    }
    return keys;
}

Result<std::optional<ChannelAccountSettings>> with_shown_keys(
    const ChannelAccountSettings& settings, const std::vector<ShownKey>& keys, Time now
) {
    ChannelAccountSettings next = settings;
    for (const ShownKey& key : keys) {
        SLUICE_ASSIGN(const std::string serial, certificate_serial(key.certificate));
        SLUICE_ASSIGN(const Time until, certificate_valid_until(key.certificate));
        if (serial != key.serial) {
            return fail(
                ErrorCode::invalid,
                "the certificate shown as " + key.serial + " has the serial " + serial
            );
        }
        if (until > now && !next.keys_by_serial.contains(serial)) {
            const std::string name = std::string(kPrefix) + serial;
            next.keys_by_serial.insert_or_assign(serial, name);
            next.secrets.insert_or_assign(name, Secret<std::string>(key.certificate));
        }
    }
    drop_what_is_over(next, now);
    if (next.keys_by_serial == settings.keys_by_serial) {
        return std::nullopt;
    }
    return std::optional(std::move(next));
}

}  // namespace sluice::channel
