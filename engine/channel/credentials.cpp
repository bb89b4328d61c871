#include "channel/credentials.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "channel/certificate_number.hpp"
#include "core/clock.hpp"
#include "core/nearest_name.hpp"

namespace sluice::channel {
namespace {

constexpr std::size_t kNameMax = 40;
constexpr std::size_t kShownMax = 200;
constexpr std::string_view kBaseUrl = "base_url";
constexpr std::string_view kCallbackBaseUrl = "callback_base_url";
constexpr std::array<std::string_view, 3> kLoopback = {"127.0.0.1", "localhost", "[::1]"};

bool is_name(std::string_view text) {
    const auto is_good = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    return !text.empty() && text.size() <= kNameMax && std::ranges::all_of(text, is_good);
}

std::string without_slash(std::string_view url) {
    return std::string(url.ends_with('/') ? url.substr(0, url.size() - 1) : url);
}

struct Address {
    std::string_view scheme;
    std::string_view host;
    std::string_view rest;  ///< path and query
};

/// The parts of an URL without user; the host is empty when it is none.
Address address_of(std::string_view url) {
    const std::size_t scheme_end = url.find("://");
    if (scheme_end == std::string_view::npos) {
        return {};
    }
    const std::string_view all = url.substr(scheme_end + 3);
    const std::string_view authority = all.substr(0, all.find_first_of("/?#"));
    if (authority.find_first_of("@\\ \t\r\n") != std::string_view::npos) {
        return {};
    }
    std::size_t host_end = authority.rfind(':');
    if (host_end == std::string_view::npos || authority.ends_with(']')) {
        host_end = authority.size();
    }
    return {url.substr(0, scheme_end), authority.substr(0, host_end), all.substr(authority.size())};
}

bool contains(const auto& list, std::string_view wanted) {
    return std::ranges::find(list, wanted) != std::ranges::end(list);
}

std::string missing_key(const std::string& serial, const std::string& name) {
    return "serial " + serial + " names the secret '" + name + "', which is missing";
}

std::string joined(const std::vector<std::string>& names) {
    std::string all;
    for (const std::string& name : names) {
        all += (all.empty() ? "" : ", ") + name;
    }
    return all.empty() ? "none" : all;
}

enum class Named { settings, secrets };

std::vector<std::string> names_of(const Form& form, Named which) {
    std::vector<std::string> names;
    for (const FormField& field : form.fields) {
        const bool is_setting = field.kind == FieldKind::text;
        // Public keys are found by serial, under names of the operator's choice.
        const bool is_secret = !is_setting && field.kind != FieldKind::public_keys;
        if (which == Named::settings ? is_setting : is_secret) {
            names.push_back(field.name);
        }
    }
    return names;
}

std::string_view wanted_of(FieldKind kind) {
    switch (kind) {
        case FieldKind::private_key:
            return "a PEM private key among secrets";
        case FieldKind::secret:
            return "a text among secrets";
        case FieldKind::public_keys:
            return "at least one PEM public key among secrets, named by keys_by_serial";
        case FieldKind::text:
            break;
    }
    return "a text among settings";
}

bool is_safe_scheme(const Address& address) {
    return address.scheme == "https" ||
           (address.scheme == "http" && contains(kLoopback, address.host));
}

}  // namespace

std::string ChannelAccount::titled(std::string_view what) const {
    return (settings_.origin.empty() ? "" : settings_.origin + ": ") + "channel account '" +
           settings_.name + "' (" + settings_.channel + "): " + std::string(what);
}

Result<ChannelAccount> ChannelAccount::make(ChannelAccountSettings settings, const Form& form) {
    ChannelAccount account;
    account.settings_ = std::move(settings);
    if (!is_name(account.settings_.name)) {
        return fail(
            ErrorCode::invalid,
            account.titled("its name is not 1 to 40 of a-z, 0-9, '_' and '-'"),
            "name"
        );
    }
    SLUICE_TRY(account.check_names(form));
    SLUICE_TRY(account.check_required(form));
    account.note_scenes(form);
    SLUICE_TRY(account.set_address(form));
    SLUICE_TRY(account.set_egress());
    SLUICE_TRY(account.parse_keys(form));
    if (const auto merchant = account.settings_.settings.find(form.merchant_field);
        merchant != account.settings_.settings.end()) {
        account.merchant_ = merchant->second;
    }
    return account;
}

Result<void> ChannelAccount::check_names(const Form& form) const {
    for (const auto& [name, text] : settings_.settings) {
        const FormField* field = form.find(name);
        if (field == nullptr || field->kind != FieldKind::text) {
            return fail(
                ErrorCode::invalid,
                titled(
                    "the channel's form has no setting '" + name + "', wanted one of " +
                    joined(names_of(form, Named::settings)) +
                    did_you_mean(name, names_of(form, Named::settings))
                ),
                name
            );
        }
    }
    for (const auto& [name, secret] : settings_.secrets) {
        const FormField* field = form.find(name);
        const bool is_field = field != nullptr && field->kind != FieldKind::text;
        const bool is_by_serial = std::ranges::any_of(
            settings_.keys_by_serial, [&](const auto& row) { return row.second == name; }
        );
        if (!is_field && !is_by_serial && name != kProxyPassword) {
            return fail(
                ErrorCode::invalid,
                titled(
                    "the secret '" + name + "' is neither in the form (" +
                    joined(names_of(form, Named::secrets)) + ") nor named by keys_by_serial" +
                    did_you_mean(name, names_of(form, Named::secrets))
                ),
                name
            );
        }
    }
    return {};
}

bool ChannelAccount::has(const FormField& field) const {
    switch (field.kind) {
        case FieldKind::text: {
            const auto found = settings_.settings.find(field.name);
            return found != settings_.settings.end() && !found->second.empty();
        }
        case FieldKind::public_keys:
            return !settings_.keys_by_serial.empty();
        case FieldKind::secret:
        case FieldKind::private_key:
            break;
    }
    return settings_.secrets.contains(field.name);
}

void ChannelAccount::note_scenes(const Form& form) {
    for (const FormField& field : form.fields) {
        if (!has(field)) {
            std::ranges::copy(field.scenes, std::back_inserter(scenes_not_equipped_));
        }
    }
}

bool ChannelAccount::is_equipped_for(std::string_view scene) const {
    return !contains(scenes_not_equipped_, scene);
}

Result<void> ChannelAccount::check_required(const Form& form) const {
    for (const FormField& field : form.fields) {
        if (field.is_required && !has(field)) {
            return fail(
                ErrorCode::invalid,
                titled(
                    "'" + field.name + "' is missing, wanted " +
                    std::string(wanted_of(field.kind)) + ": " + field.title_en
                ),
                field.name
            );
        }
    }
    return {};
}

Result<void> ChannelAccount::check_url(std::string_view url) const {
    const Address address = address_of(url);
    if (!is_safe_scheme(address)) {
        return fail(
            ErrorCode::invalid,
            titled(
                "the URL '" + std::string(url.substr(0, kShownMax)) +
                "' is not https://host[:port] (http only to this machine)"
            ),
            "host"
        );
    }
    if (!contains(hosts_, address.host)) {
        return fail(
            ErrorCode::invalid,
            titled(
                "the host '" + std::string(address.host) +
                "' is not allowed, wanted one of the channel's own or of hosts_allowed: " +
                joined(hosts_)
            ),
            "host"
        );
    }
    return {};
}

Result<void> ChannelAccount::set_address(const Form& form) {
    hosts_ = form.hosts;
    hosts_.insert(hosts_.end(), settings_.hosts_allowed.begin(), settings_.hosts_allowed.end());
    const auto found = settings_.settings.find(kBaseUrl);
    base_url_ = found == settings_.settings.end() ? "" : without_slash(found->second);
    if (!address_of(base_url_).rest.empty()) {
        return fail(
            ErrorCode::invalid,
            titled("base_url '" + base_url_ + "' is not https://host[:port] without a path"),
            std::string(kBaseUrl)
        );
    }
    // What runs on this machine is reached only where the operator put the channel there.
    if (const auto host = address_of(base_url_).host; contains(kLoopback, host)) {
        hosts_.emplace_back(host);
    }
    SLUICE_TRY(check_url(base_url_));
    const auto callback = settings_.settings.find(kCallbackBaseUrl);
    if (callback != settings_.settings.end() && !callback->second.empty()) {
        callback_url_ = without_slash(callback->second) + "/callbacks/" + settings_.channel + "/" +
                        settings_.name;
    }
    return {};
}

Result<void> ChannelAccount::set_egress() {
    auto made = make_egress(settings_.egress, settings_.secrets);
    if (!made) {
        return fail(ErrorCode::invalid, titled(made.error().message), made.error().context);
    }
    egress_ = *std::move(made);
    return {};
}

Result<void> ChannelAccount::parse_keys(const Form& form) {
    for (const FormField& field : form.fields) {
        const auto found = settings_.secrets.find(field.name);
        if (field.kind != FieldKind::private_key || found == settings_.secrets.end()) {
            continue;
        }
        auto key = PrivateKey::from_pem(found->second.reveal());
        if (!key) {
            return fail(
                ErrorCode::invalid, titled(field.name + ": " + key.error().message), field.name
            );
        }
        private_keys_.emplace(field.name, std::move(*key));
    }
    for (const auto& [serial, name] : settings_.keys_by_serial) {
        const auto found = settings_.secrets.find(name);
        if (found == settings_.secrets.end()) {
            return fail(ErrorCode::invalid, titled(missing_key(serial, name)), name);
        }
        auto key = PublicKey::from_pem(found->second.reveal());
        if (!key) {
            return fail(ErrorCode::invalid, titled(name + ": " + key.error().message), name);
        }
        SLUICE_TRY(check_serial(serial, name));
        public_keys_.emplace(name, std::move(*key));
    }
    return {};
}

/// A certificate knows its own serial, and how Alipay numbers it: another one in the configuration
/// would never be found.
Result<void> ChannelAccount::check_serial(const std::string& serial, const std::string& name)
    const {
    const std::string& pem = settings_.secrets.find(name)->second.reveal();
    const auto real = certificate_serial(pem);
    if (real && *real != serial && certificate_number(pem).value_or("") != serial) {
        return fail(
            ErrorCode::invalid,
            titled(
                "keys_by_serial names '" + serial + "' for the certificate '" + name +
                "', wanted its serial " + *real + " or number " +
                certificate_number(pem).value_or("")
            ),
            name
        );
    }
    return {};
}

std::vector<std::string> ChannelAccount::certificates_over_at(Time time) const {
    std::vector<std::string> over;
    for (const auto& [serial, name] : settings_.keys_by_serial) {
        const auto until = certificate_valid_until(settings_.secrets.find(name)->second.reveal());
        if (until && *until <= time) {
            over.push_back(
                titled("the channel's certificate " + serial) + " ends at " +
                format_rfc3339(*until) + ", wanted the next one beside it"
            );
        }
    }
    if (const auto* own = secret(kClientCertificate); own != nullptr) {
        const auto until = certificate_valid_until(own->reveal());
        if (until && *until <= time) {
            over.push_back(
                titled(kClientCertificate) + " ends at " + format_rfc3339(*until) +
                ", wanted the next one in its place"
            );
        }
    }
    return over;
}

const std::string* ChannelAccount::newest_certificate_at(Time time) const {
    const std::string* newest = nullptr;
    Validity its;
    for (const auto& [serial, name] : settings_.keys_by_serial) {
        const auto validity = certificate_validity(settings_.secrets.find(name)->second.reveal());
        const bool is_good = validity && validity->from <= time && time < validity->until;
        if (is_good && (newest == nullptr || its < *validity)) {
            newest = &serial;
            its = *validity;
        }
    }
    return newest;
}

const PrivateKey* ChannelAccount::private_key(std::string_view name) const {
    const auto found = private_keys_.find(name);
    return found == private_keys_.end() ? nullptr : &found->second;
}

const PublicKey* ChannelAccount::public_key(std::string_view name) const {
    const auto found = public_keys_.find(name);
    return found == public_keys_.end() ? nullptr : &found->second;
}

std::vector<std::string> ChannelAccount::public_key_names() const {
    std::vector<std::string> names;
    names.reserve(public_keys_.size());
    for (const auto& [name, key] : public_keys_) {
        names.push_back(name);
    }
    return names;
}

const Secret<std::string>* ChannelAccount::secret(std::string_view name) const {
    const auto found = settings_.secrets.find(name);
    const bool is_there = found != settings_.secrets.end() && name != kProxyPassword;
    return is_there ? &found->second : nullptr;
}

const std::string* ChannelAccount::key_of_serial(std::string_view serial) const {
    const auto found = settings_.keys_by_serial.find(serial);
    return found == settings_.keys_by_serial.end() ? nullptr : &found->second;
}

}  // namespace sluice::channel
