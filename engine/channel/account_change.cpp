#include "channel/account_change.hpp"

#include <algorithm>
#include <chrono>

#include "channel/form_field.hpp"

namespace sluice::channel {
namespace {

/// "" when it is not filled in.
std::string setting_of(const ChannelAccountSettings& account, const std::string& field) {
    const auto found = account.settings.find(field);
    return found == account.settings.end() ? "" : found->second;
}

bool is_filled_in(const ChannelAccountSettings& account, const FormField& field) {
    return field.kind == FieldKind::text ? !setting_of(account, field.name).empty()
                                         : account.secrets.contains(field.name);
}

std::unexpected<Error> wrong_change(const std::string& field, const std::string& what) {
    return fail(ErrorCode::invalid, field + " " + what, field);
}

std::string joined_by_or(const std::vector<std::string>& choices) {
    std::string all;
    for (const std::string& choice : choices) {
        all += (all.empty() ? "" : " or ") + choice;
    }
    return all;
}

/// A secret is told by its field alone.
Result<void> check_shape(const ChannelAccountSettings& wanted, const FormField& field) {
    const bool is_secret = field.kind != FieldKind::text;
    const auto secret = wanted.secrets.find(field.name);
    const bool has_secret = is_secret && secret != wanted.secrets.end();
    const std::string said = has_secret ? secret->second.reveal() : setting_of(wanted, field.name);
    if (said.empty() || has_shape(said, field.pattern)) {
        return {};
    }
    const std::string shown = is_secret ? "does not look like one" : "is '" + said + "'";
    return wrong_change(field.name, shown + ", wanted: " + field.title_en);
}

Result<void> check_field(const ChannelAccountSettings& wanted, const FormField& field) {
    SLUICE_TRY(check_shape(wanted, field));
    const std::string said = setting_of(wanted, field.name);
    const bool is_choice =
        field.choices.empty() || std::ranges::find(field.choices, said) != field.choices.end();
    if (!said.empty() && !is_choice) {
        return wrong_change(field.name, "is '" + said + "', wanted " + joined_by_or(field.choices));
    }
    const auto& [beside, value] = field.needed_with;
    const bool is_needed = !beside.empty() && setting_of(wanted, beside) == value;
    if (is_needed && !is_filled_in(wanted, field)) {
        return wrong_change(
            field.name, "is missing, wanted with " + beside + " '" + value + "': " + field.title_en
        );
    }
    return {};
}

Result<void> check_fixed(
    const ChannelAccountSettings& wanted, const ChannelAccountSettings& before, const Form& form
) {
    const auto as_before = [&](const FormField& field, const std::string& why) -> Result<void> {
        const std::string was = setting_of(before, field.name);
        const std::string is = setting_of(wanted, field.name);
        if (is == was) {
            return {};
        }
        return wrong_change(field.name, "is '" + is + "', wanted '" + was + "' as before: " + why);
    };
    for (const FormField& field : form.fields) {
        if (field.name == form.merchant_field) {
            SLUICE_TRY(as_before(field, "another merchant is another account"));
        } else if (field.is_fixed && !setting_of(before, field.name).empty()) {
            SLUICE_TRY(as_before(field, "what began so must end so; another one is another account")
            );
        }
    }
    return {};
}

/// A request that moves money, and how long it can be under way.
struct Longest {
    std::string settings;
    std::chrono::milliseconds time{0};
};

Longest longest_request(const ChannelAccountSettings& account, const Capabilities& can) {
    const ChannelTimeouts& timeouts = account.timeouts;
    Longest longest;
    const auto consider = [&longest](const char* settings, std::chrono::milliseconds time) {
        if (time > longest.time) {
            longest = {settings, time};
        }
    };
    if (!can.scenes.empty()) {
        consider("collect_ms", timeouts.collect);
    }
    if (can.refund) {
        consider("refund_ms", timeouts.refund);
    }
    if (can.payout) {
        consider("payout_ms", timeouts.payout);
        if (can.payout->many) {
            consider("payout_gather_ms and payout_ms", account.payout_gather + timeouts.payout);
        }
    }
    return longest;
}

}  // namespace

Result<void> check_change(const WantedAccount& account) {
    const ChannelAccountSettings& wanted = account.wanted.settings();
    // Nothing began with a draft.
    if (account.before != nullptr && account.before->state != AccountState::draft) {
        SLUICE_TRY(check_fixed(wanted, *account.before, account.form));
    }
    for (const FormField& field : account.form.fields) {
        SLUICE_TRY(check_field(wanted, field));
    }
    return {};
}

Result<void> check_not_found_after(const ChannelAccountSettings& wanted, const Capabilities& can) {
    const Longest longest = longest_request(wanted, can);
    const std::int64_t least = std::chrono::ceil<std::chrono::seconds>(longest.time).count();
    const std::int64_t own = wanted.not_found_after_seconds;
    const std::int64_t adapters = can.not_found_after_seconds;
    if ((own > 0 ? own : adapters) >= least) {
        return {};
    }
    const std::string said =
        own > 0 ? std::to_string(own) : "0, for the adapter's " + std::to_string(adapters);
    const bool is_adapters_enough = own > 0 && adapters >= least;
    return wrong_change(
        "not_found_after_seconds",
        "is " + said + ", wanted at least " + std::to_string(least) +
            (is_adapters_enough ? ", or 0 for the adapter's " + std::to_string(adapters) : "") +
            ": a request can be under way for " + std::to_string(longest.time.count()) + " ms (" +
            longest.settings + ")"
    );
}

}  // namespace sluice::channel
