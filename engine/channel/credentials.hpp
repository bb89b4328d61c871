#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "channel/account_egress.hpp"
#include "channel/account_terms.hpp"
#include "channel/form.hpp"
#include "channel/keys.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"

namespace sluice::channel {

/// A channel account as an operator or the configuration gives it.
struct ChannelAccountSettings {
    std::string name;  ///< 1 to 40 of a-z, 0-9, '_' and '-': it stands in the callback address
    std::string channel;
    std::string merchant_id;  ///< whose money alone goes over it; empty: everybody's
    std::string origin;       ///< where it is configured, for messages; may be empty
    /// Public settings by form field. Every account has `base_url` (where the channel answers) and
    /// may have `callback_base_url` (where the channel reaches us).
    TextMap settings;
    SecretMap secrets;       ///< PEM keys and API keys by name
    TextMap keys_by_serial;  ///< serial of a channel's public key -> name of the secret with it
    std::vector<std::string> hosts_allowed;  ///< besides the form's own and the base_url's
    AccountEgress egress;                    ///< a password of its proxy is among the secrets
    ChannelTimeouts timeouts;
    /// The operator's word on when a "no such order" may be believed; 0: the adapter's.
    std::int64_t not_found_after_seconds = 0;
    /// How long a payout waits for others to leave in one request with; 0: each leaves at once.
    std::chrono::milliseconds payout_gather{0};
    AccountRouting routing;
    AccountState state = AccountState::live;

    /// What payers call it.
    [[nodiscard]] const std::string& method() const {
        return routing.method.empty() ? channel : routing.method;
    }
};

/// A merchant's account at a channel, checked against the channel's form, its keys parsed.
/// Immutable; any thread may read it. Scripts know its secrets by name only.
class ChannelAccount {
  public:
    /// `invalid` names the account and the field: a required one missing, an unknown one, a key
    /// that does not parse, a host outside the allow-list, plain http to another machine, a way
    /// out that is none.
    static Result<ChannelAccount> make(ChannelAccountSettings settings, const Form& form);

    [[nodiscard]] const std::string& name() const { return settings_.name; }
    [[nodiscard]] const std::string& channel() const { return settings_.channel; }
    [[nodiscard]] const ChannelAccountSettings& settings() const { return settings_; }
    /// Whether new money may go over it for this merchant.
    [[nodiscard]] bool takes_money_of(std::string_view merchant_id) const {
        return settings_.state == AccountState::live &&
               (settings_.merchant_id.empty() || settings_.merchant_id == merchant_id);
    }
    /// Whether it has what its channel's form wants of an account that offers this scene.
    [[nodiscard]] bool is_equipped_for(std::string_view scene) const;
    /// The merchant id that the channel's answers must name.
    [[nodiscard]] const std::string& merchant() const { return merchant_; }
    /// "" when the account has no `callback_base_url`.
    [[nodiscard]] const std::string& callback_url() const { return callback_url_; }
    /// Without a '/' at its end.
    [[nodiscard]] const std::string& base_url() const { return base_url_; }

    /// What every request to the channel carries; nullptr when it leaves as others do.
    [[nodiscard]] const std::shared_ptr<const http::Egress>& egress() const { return egress_; }

    /// `invalid` with the context "host" unless the URL is https to an allowed host: the form's,
    /// the operator's, or the one of base_url. Only to this machine, and only when base_url is
    /// there, it may be http.
    Result<void> check_url(std::string_view url) const;

    [[nodiscard]] const PrivateKey* private_key(std::string_view name) const;
    [[nodiscard]] const PublicKey* public_key(std::string_view name) const;
    /// In order of name.
    [[nodiscard]] std::vector<std::string> public_key_names() const;
    /// Of those that the form has; a proxy's password is none of them.
    [[nodiscard]] const Secret<std::string>* secret(std::string_view name) const;
    /// One sentence for each of the channel's certificates, and the account's own, that is over at
    /// `time`.
    [[nodiscard]] std::vector<std::string> certificates_over_at(Time time) const;
    /// The serial of the channel's certificate that is good at `time` and became so last; nullptr
    /// when none is. Of two that began together the one that lasts longer.
    [[nodiscard]] const std::string* newest_certificate_at(Time time) const;
    /// The name of the public key with this serial; nullptr when none has it.
    [[nodiscard]] const std::string* key_of_serial(std::string_view serial) const;

  private:
    ChannelAccount() = default;
    Result<void> check_names(const Form& form) const;
    [[nodiscard]] bool has(const FormField& field) const;
    Result<void> check_required(const Form& form) const;
    void note_scenes(const Form& form);
    Result<void> set_address(const Form& form);
    Result<void> set_egress();
    Result<void> parse_keys(const Form& form);
    Result<void> check_serial(const std::string& serial, const std::string& name) const;
    [[nodiscard]] std::string titled(std::string_view what) const;

    ChannelAccountSettings settings_;
    std::string merchant_;
    std::string callback_url_;
    std::string base_url_;
    std::shared_ptr<const http::Egress> egress_;
    std::vector<std::string> scenes_not_equipped_;
    std::vector<std::string> hosts_;  ///< the form's own and those the settings add
    std::map<std::string, PrivateKey, std::less<>> private_keys_;
    std::map<std::string, PublicKey, std::less<>> public_keys_;
};

}  // namespace sluice::channel
