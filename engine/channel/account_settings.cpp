#include "channel/account_settings.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "core/nearest_name.hpp"

namespace sluice::channel {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMembersMax = 64;
constexpr std::size_t kTextMax = 1'024;
constexpr std::size_t kSecretMax = 16'384;
constexpr std::size_t kUserMax = 256;
constexpr std::size_t kCertificatesMax = 65'536;
constexpr std::size_t kHostsMax = 32;
constexpr std::size_t kHostMax = 255;
constexpr std::int64_t kAmountMax = 1'000'000'000'000;
constexpr std::int64_t kCostMax = 10'000;
constexpr std::int64_t kNotFoundMax = 86'400;
constexpr std::int64_t kGatherMax = 1'000;

struct Timeout {
    std::string_view name;
    milliseconds ChannelTimeouts::* target;
    std::int64_t least;
    std::int64_t most;
};
constexpr std::array<Timeout, 8> kTimeouts{{
    {"connect_ms", &ChannelTimeouts::connect, 50, 30'000},
    {"collect_ms", &ChannelTimeouts::collect, 100, 120'000},
    {"query_ms", &ChannelTimeouts::query, 100, 120'000},
    {"close_ms", &ChannelTimeouts::close, 100, 120'000},
    {"refund_ms", &ChannelTimeouts::refund, 100, 120'000},
    {"refund_query_ms", &ChannelTimeouts::refund_query, 100, 120'000},
    {"payout_ms", &ChannelTimeouts::payout, 100, 120'000},
    {"payout_query_ms", &ChannelTimeouts::payout_query, 100, 120'000},
}};

std::unexpected<Error> wrong(const std::string& pointer, const std::string& what) {
    return fail(ErrorCode::invalid, pointer.substr(1) + " " + what, pointer);
}

Result<const ValueObject*> members_of(const Value& record, const std::string& pointer) {
    const ValueObject* members = record.as_object();
    if (members == nullptr || members->size() > kMembersMax) {
        return wrong(
            pointer,
            "is a " + std::string(record.kind_name()) + ", wanted a record of at most " +
                std::to_string(kMembersMax) + " members"
        );
    }
    return members;
}

/// One text for a map of them; what a secret says is not repeated.
Result<std::string> text_in(const Value& value, const std::string& pointer, std::size_t most) {
    const std::string* text = value.as_text();
    if (text == nullptr || text->empty() || text->size() > most) {
        return wrong(
            pointer,
            "is " +
                (text == nullptr ? "a " + std::string(value.kind_name())
                                 : "of " + std::to_string(text->size()) + " bytes") +
                ", wanted a text of 1 to " + std::to_string(most) + " bytes, or null for none"
        );
    }
    return *text;
}

template <class Map>
Result<void> apply_texts(const Value& record, const std::string& pointer, Map& target) {
    constexpr bool kIsSecret = std::is_same_v<Map, SecretMap>;
    SLUICE_ASSIGN(const ValueObject* members, members_of(record, pointer));
    for (const auto& [name, value] : *members) {
        if (value.is_null()) {
            target.erase(name);
            continue;
        }
        std::string place = pointer;
        place.append("/").append(name);
        SLUICE_ASSIGN(std::string text, text_in(value, place, kIsSecret ? kSecretMax : kTextMax));
        target.insert_or_assign(name, typename Map::mapped_type(std::move(text)));
    }
    return {};
}

struct WholeRule {
    std::int64_t least;
    std::int64_t most;
};

Result<std::int64_t> whole_in(const Value& value, const std::string& pointer, WholeRule rule) {
    const std::int64_t* number = value.as_int();
    if (number == nullptr || *number < rule.least || *number > rule.most) {
        return wrong(
            pointer,
            "is " +
                (number == nullptr ? "a " + std::string(value.kind_name()) : std::to_string(*number)
                ) +
                ", wanted a whole number from " + std::to_string(rule.least) + " to " +
                std::to_string(rule.most)
        );
    }
    return *number;
}

bool is_host(std::string_view text) {
    return !text.empty() && text.size() <= kHostMax && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
               c == '[' || c == ']' || c == ':';
    });
}

Result<void> apply_hosts(const Value& list, ChannelAccountSettings& target) {
    const ValueArray* items = list.as_array();
    if (items == nullptr || items->size() > kHostsMax) {
        return wrong(
            "/hosts_allowed", "is no list of at most " + std::to_string(kHostsMax) + " hosts"
        );
    }
    target.hosts_allowed.clear();
    for (std::size_t i = 0; i < items->size(); ++i) {
        const std::string* host = (*items)[i].as_text();
        if (host == nullptr || !is_host(*host)) {
            return wrong(
                "/hosts_allowed/" + std::to_string(i),
                "is no host like api.example.com, lower case, without scheme, port or path"
            );
        }
        target.hosts_allowed.push_back(*host);
    }
    return {};
}

Result<void> apply_timeouts(const Value& record, ChannelAccountSettings& target) {
    SLUICE_ASSIGN(const ValueObject* members, members_of(record, "/timeouts"));
    for (const auto& [name, value] : *members) {
        const std::string pointer = "/timeouts/" + name;
        const auto* known = std::ranges::find(kTimeouts, name, &Timeout::name);
        if (known == kTimeouts.end()) {
            return wrong(pointer, "is not known, wanted connect_ms, collect_ms and so on");
        }
        SLUICE_ASSIGN(
            const std::int64_t count, whole_in(value, pointer, {known->least, known->most})
        );
        target.timeouts.*(known->target) = milliseconds(count);
    }
    for (const Timeout& each : kTimeouts) {
        if (target.timeouts.*(each.target) < target.timeouts.connect) {
            return wrong(
                "/timeouts/connect_ms", "is above " + std::string(each.name) + ", wanted at most it"
            );
        }
    }
    return {};
}

Result<void> apply_routing(const Value& record, ChannelAccountSettings& target) {
    SLUICE_ASSIGN(const ValueObject* members, members_of(record, "/routing"));
    AccountRouting& routing = target.routing;
    for (const auto& [name, value] : *members) {
        const std::string pointer = "/routing/" + name;
        if (name == "method") {
            SLUICE_ASSIGN(routing.method, text_in(value, pointer, 64));
        } else if (name == "cost_basis_points") {
            SLUICE_ASSIGN(routing.cost_basis_points, whole_in(value, pointer, {0, kCostMax}));
        } else if (name == "amount_min") {
            SLUICE_ASSIGN(routing.amount_min, whole_in(value, pointer, {1, kAmountMax}));
        } else if (name == "amount_max") {
            SLUICE_ASSIGN(routing.amount_max, whole_in(value, pointer, {1, kAmountMax}));
        } else {
            return wrong(
                pointer, "is not known, wanted method, cost_basis_points, amount_min or amount_max"
            );
        }
    }
    if (routing.amount_min > routing.amount_max) {
        return wrong(
            "/routing/amount_min",
            "is " + std::to_string(routing.amount_min) + ", wanted at most amount_max, " +
                std::to_string(routing.amount_max)
        );
    }
    return {};
}

struct EgressText {
    std::string_view name;
    std::string AccountEgress::* target;
    std::size_t most;
};
constexpr std::array<EgressText, 3> kEgressTexts{{
    {"proxy", &AccountEgress::proxy, kTextMax},
    {"proxy_user", &AccountEgress::proxy_user, kUserMax},
    {"ca_certificates", &AccountEgress::ca_certificates, kCertificatesMax},
}};

Result<void> apply_egress(const Value& record, ChannelAccountSettings& target) {
    SLUICE_ASSIGN(const ValueObject* members, members_of(record, "/egress"));
    for (const auto& [name, value] : *members) {
        const std::string pointer = "/egress/" + name;
        const auto* known = std::ranges::find(kEgressTexts, name, &EgressText::name);
        if (known == kEgressTexts.end()) {
            return wrong(pointer, "is not known, wanted proxy, proxy_user or ca_certificates");
        }
        std::string& text = target.egress.*(known->target);
        if (value.is_null()) {
            text.clear();
        } else {
            SLUICE_ASSIGN(text, text_in(value, pointer, known->most));
        }
    }
    return {};
}

Value egress_of(const AccountEgress& egress) {
    Value record;
    for (const EgressText& each : kEgressTexts) {
        const std::string& text = egress.*(each.target);
        record.set(each.name, text.empty() ? Value() : Value(text));
    }
    return record;
}

Value texts_of(const TextMap& texts) {
    Value record{ValueObject{}};
    for (const auto& [name, text] : texts) {
        record.set(name, text);
    }
    return record;
}

}  // namespace

Value public_part(const ChannelAccountSettings& settings) {
    Value record;
    record.set("settings", texts_of(settings.settings));
    record.set("keys_by_serial", texts_of(settings.keys_by_serial));
    ValueArray hosts(settings.hosts_allowed.begin(), settings.hosts_allowed.end());
    record.set("hosts_allowed", std::move(hosts));
    record.set("egress", egress_of(settings.egress));
    record.set("not_found_after_seconds", settings.not_found_after_seconds);
    record.set("payout_gather_ms", std::int64_t{settings.payout_gather.count()});
    Value timeouts;
    for (const Timeout& each : kTimeouts) {
        timeouts.set(each.name, std::int64_t{(settings.timeouts.*(each.target)).count()});
    }
    record.set("timeouts", std::move(timeouts));
    Value routing;
    routing.set("method", settings.method());
    routing.set("cost_basis_points", settings.routing.cost_basis_points);
    routing.set("amount_min", settings.routing.amount_min);
    routing.set("amount_max", settings.routing.amount_max);
    record.set("routing", std::move(routing));
    return record;
}

Result<void> apply_public_part(const Value& record, ChannelAccountSettings& target) {
    SLUICE_ASSIGN(const ValueObject* members, members_of(record, "/"));
    for (const auto& [name, value] : *members) {
        if (name == "settings") {
            SLUICE_TRY(apply_texts(value, "/settings", target.settings));
        } else if (name == "keys_by_serial") {
            SLUICE_TRY(apply_texts(value, "/keys_by_serial", target.keys_by_serial));
        } else if (name == "hosts_allowed") {
            SLUICE_TRY(apply_hosts(value, target));
        } else if (name == "egress") {
            SLUICE_TRY(apply_egress(value, target));
        } else if (name == "timeouts") {
            SLUICE_TRY(apply_timeouts(value, target));
        } else if (name == "routing") {
            SLUICE_TRY(apply_routing(value, target));
        } else if (name == "not_found_after_seconds") {
            SLUICE_ASSIGN(
                target.not_found_after_seconds, whole_in(value, "/" + name, {0, kNotFoundMax})
            );
        } else if (name == "payout_gather_ms") {
            SLUICE_ASSIGN(const auto count, whole_in(value, "/" + name, {0, kGatherMax}));
            target.payout_gather = milliseconds(count);
        } else {
            constexpr std::array<std::string_view, 8> kKnown{
                "settings",
                "keys_by_serial",
                "hosts_allowed",
                "egress",
                "timeouts",
                "routing",
                "not_found_after_seconds",
                "payout_gather_ms"
            };
            return wrong("/" + name, "is not known" + did_you_mean(name, kKnown));
        }
    }
    return {};
}

Result<void> apply_secrets(const Value& record, ChannelAccountSettings& target) {
    return apply_texts(record, "/secrets", target.secrets);
}

std::vector<std::string> secrets_of(const ChannelAccountSettings& settings) {
    std::vector<std::string> secrets;
    for (const auto& [name, secret] : settings.secrets) {
        secrets.push_back(secret.reveal());
    }
    std::ranges::sort(secrets, std::ranges::greater{}, &std::string::size);
    return secrets;
}

}  // namespace sluice::channel
