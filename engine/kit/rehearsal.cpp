#include "kit/rehearsal.hpp"

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>

#include "channel/callbacks.hpp"
#include "channel/contract.hpp"
#include "channel/payout_many.hpp"
#include "channel/registry.hpp"
#include "core/clock.hpp"
#include "json/json.hpp"
#include "kit/text_file.hpp"
#include "payment/outcome.hpp"

namespace sluice::kit {
namespace {

namespace fs = std::filesystem;
using channel::AdapterHost;
using channel::ChannelAccount;
using payment::Outcome;

constexpr const char* kNonce = "0123456789abcdef0123456789abcdef";
constexpr const char* kManyNumber = "01KDXW2E8B5F7M9Q3T6V8X0ZBN";
constexpr std::string_view kAdapterFailed = "adapter_failed";
constexpr std::string_view kBalance = "balance";
constexpr std::size_t kDayLength = 10;  // "2026-01-01"
constexpr int kServerError = 500;

/// With the members of every record in the order of their names: it says nothing.
Value in_order(Value value) {
    if (ValueArray* list = value.as_array()) {
        for (Value& element : *list) {
            element = in_order(std::move(element));
        }
    } else if (ValueObject* members = value.as_object()) {
        for (auto& [name, member] : *members) {
            member = in_order(std::move(member));
        }
        std::ranges::sort(*members, {}, &ValueMember::first);
    }
    return value;
}

/// Every expected member must be there with the same value; null: it must not be there.
void compare(const Value& expect, const Value& actual, std::vector<std::string>& differences) {
    if (expect.as_object() == nullptr) {
        differences.push_back("what is expected is a " + std::string(expect.kind_name()));
        return;
    }
    for (const auto& [name, wanted] : *expect.as_object()) {
        const Value* found = actual.find(name);
        const bool is_right =
            found == nullptr ? wanted.is_null() : in_order(*found) == in_order(wanted);
        if (!is_right) {
            differences.push_back(
                name + " is " + (found != nullptr ? to_json(*found) : "not there") + ", wanted " +
                (wanted.is_null() ? "none" : to_json(wanted))
            );
        }
    }
}

/// The members of a request as a recorded message may name them. A JSON body is compared as a
/// record when one is wanted.
Value described(const http::ClientRequest& request, const Value& wanted, const std::string& base) {
    Value actual = ValueObject{{"method", request.method}, {"url", request.url}};
    if (request.url.starts_with(base + "/")) {
        actual.set("path", request.url.substr(base.size()));
    }
    if (const Value* headers = wanted.find("headers")) {
        Value sent{ValueObject{}};
        for (const auto& [name, unused] :
             headers->as_object() == nullptr ? ValueObject{} : *headers->as_object()) {
            if (const std::string* text = request.headers.find(name)) {
                sent.set(name, *text);
            }
        }
        actual.set("headers", std::move(sent));
    }
    const Value* body = wanted.find("body");
    auto parsed = json::parse(request.body);
    const bool is_record = body != nullptr && body->as_object() != nullptr && parsed.has_value();
    actual.set("body", is_record ? *std::move(parsed) : Value(request.body));
    return actual;
}

void expect_no_failure(
    const Outcome& outcome, const Value& expect, std::vector<std::string>& differences
) {
    if (outcome.code == kAdapterFailed && expect.text_or_empty("code") != kAdapterFailed) {
        differences.push_back("the adapter failed: " + outcome.message);
    }
}

/// {kind, lines}: the kinds of the outcomes, each once, and the outcomes themselves.
void compare_many(
    const Value& expect, const std::vector<Outcome>& outcomes, std::vector<std::string>& differences
) {
    std::vector<std::string_view> kinds;
    for (const Outcome& outcome : outcomes) {
        const std::string_view kind = payment::to_string(outcome.kind);
        if (std::ranges::find(kinds, kind) == kinds.end()) {
            kinds.push_back(kind);
        }
    }
    std::string kind;
    for (const std::string_view each : kinds) {
        kind += (kind.empty() ? "" : ", ") + std::string(each);
    }
    compare(
        ValueObject{{"kind", expect.text_or_empty("kind")}},
        ValueObject{{"kind", kind}},
        differences
    );
    const Value* lines = expect.find("lines");
    const ValueArray* wanted = lines == nullptr ? nullptr : lines->as_array();
    if (wanted == nullptr || wanted->size() != outcomes.size()) {
        differences.emplace_back("'expect.lines' has not one outcome for each instruction");
        return;
    }
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        std::vector<std::string> of_line;
        expect_no_failure(outcomes[i], (*wanted)[i], of_line);
        compare((*wanted)[i], to_value(outcomes[i]), of_line);
        for (const std::string& each : of_line) {
            differences.push_back("line " + std::to_string(i + 1) + ": " + each);
        }
    }
}

/// Texts in the order of their names.
std::vector<std::string> fixtures_in(const fs::path& folder) {
    std::vector<std::string> names;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
        names.push_back(
            entry.path().extension() == ".json" ? entry.path().stem().string()
                                                : entry.path().filename().string()
        );
    }
    std::ranges::sort(names);
    return names;
}

}  // namespace

Result<Rehearsal> Rehearsal::open(const fs::path& folder) {
    Rehearsal rehearsal;
    rehearsal.folder_ = folder;
    SLUICE_ASSIGN(rehearsal.files_, channel::read_adapter_folder(folder));
    SLUICE_ASSIGN(rehearsal.adapter_, channel::make_adapter(rehearsal.files_));
    SLUICE_ASSIGN(const std::string account, read_text(folder / "rehearsal" / "account.json"));
    auto parsed = parse_rehearsal_account(account, rehearsal.files_.name, rehearsal.adapter_->form);
    if (!parsed) {
        return fail(parsed.error().code, "rehearsal/account.json: " + parsed.error().message);
    }
    rehearsal.account_ = *std::move(parsed);
    SLUICE_TRY(rehearsal.registry_with({}));
    const fs::path sign = folder / "rehearsal" / "sign.lua";
    std::optional<std::string> script;
    std::error_code ignored;
    if (fs::exists(sign, ignored)) {
        SLUICE_ASSIGN(script, read_text(sign));
    }
    SLUICE_ASSIGN(
        rehearsal.far_side_,
        FarSide::open(rehearsal.adapter_, rehearsal.account_, std::move(script))
    );
    rehearsal.fixtures_ = fixtures_in(folder / "fixtures");
    return rehearsal;
}

Result<channel::RegistryPtr> Rehearsal::registry_with(const channel::TextMap& settings) {
    const auto found = registries_.find(settings);
    if (found != registries_.end()) {
        return found->second;
    }
    channel::ChannelAccountSettings account = account_.settings;
    for (const auto& [name, text] : settings) {
        account.settings.insert_or_assign(name, text);
    }
    std::vector<channel::ChannelAccountSettings> accounts;
    accounts.push_back(std::move(account));
    SLUICE_ASSIGN(auto registry, channel::Registry::build({adapter_}, std::move(accounts)));
    registries_.emplace(settings, registry);
    return registry;
}

Time Rehearsal::moment_of(const RecordedMessage& recorded) const {
    return account_.now + std::chrono::seconds(recorded.seconds_later);
}

Result<http::Response> Rehearsal::answer_to(const Asked& asked, Differences& differences) {
    const auto& [recorded, account, request] = asked;
    SLUICE_TRY(account.check_url(request.url));
    if (!recorded.request.is_null()) {
        Differences of_request;
        compare(
            recorded.request, described(request, recorded.request, account.base_url()), of_request
        );
        for (const std::string& each : of_request) {
            differences.push_back("request: " + each);
        }
    }
    if (recorded.said.is_null()) {
        return fail(ErrorCode::invalid, "'answer' is missing");
    }
    SLUICE_ASSIGN(SaidMessage said, far_side_->answer(recorded, request, moment_of(recorded)));
    return http::Response{
        static_cast<int>(recorded.http_status()), std::move(said.headers), std::move(said.body)
    };
}

Result<void> Rehearsal::play_answer(const RecordedMessage& recorded, Differences& differences) {
    SLUICE_ASSIGN(const channel::RegistryPtr registry, registry_with(recorded.settings));
    const ChannelAccount& account = *registry->accounts().front();
    SLUICE_ASSIGN(channel::ExchangeOrder order, order_of(account_, recorded));
    order.instruction.merchant = account.merchant();
    const channel::Moment moment{moment_of(recorded), kNonce};
    AdapterHost host(adapter_);
    SLUICE_ASSIGN(const auto handed_over, host.hand_over(order, account, moment));
    if (handed_over) {
        if (!recorded.said.is_null()) {
            differences.emplace_back("nothing is sent in this scene, so it has no 'answer'");
        }
        compare(recorded.expect, to_value(*handed_over), differences);
        return {};
    }
    auto request = host.build(order, account, moment);
    if (!request) {
        return fail(request.error().code, "no request is built: " + request.error().message);
    }
    SLUICE_ASSIGN(
        const http::Response answer, answer_to({recorded, account, *request}, differences)
    );
    const Outcome outcome = host.read({order, answer}, account, moment);
    expect_no_failure(outcome, recorded.expect, differences);
    compare(recorded.expect, to_value(outcome), differences);
    return {};
}

Result<void> Rehearsal::play_many(const RecordedMessage& recorded, Differences& differences) {
    if (adapter_->pays_many() == nullptr) {
        return fail(ErrorCode::invalid, "the adapter has no operation 'payout_many'");
    }
    SLUICE_ASSIGN(const channel::RegistryPtr registry, registry_with(recorded.settings));
    const ChannelAccount& account = *registry->accounts().front();
    std::vector<channel::ExchangeOrder> orders;
    for (const Value& differing : recorded.instructions) {
        RecordedMessage one = recorded;
        one.operation = channel::Operation::payout;
        one.instruction = differing;
        SLUICE_ASSIGN(channel::ExchangeOrder order, order_of(account_, one));
        order.instruction.merchant = account.merchant();
        orders.push_back(std::move(order));
    }
    channel::PayoutMany many{.number = kManyNumber, .orders = {}};
    for (const channel::ExchangeOrder& order : orders) {
        many.orders.push_back(&order);
    }
    const channel::Moment moment{moment_of(recorded), kNonce};
    AdapterHost host(adapter_);
    auto request = host.build_many(many, account, moment);
    if (!request) {
        return fail(request.error().code, "no request is built: " + request.error().message);
    }
    SLUICE_ASSIGN(
        const http::Response answer, answer_to({recorded, account, *request}, differences)
    );
    const std::vector<Outcome> outcomes = host.read_many({many, answer}, account, moment);
    compare_many(recorded.expect, outcomes, differences);
    return {};
}

Result<void> Rehearsal::play_consultation(
    const RecordedMessage& recorded, Differences& differences
) {
    const bool is_balance = recorded.consultation == kBalance && adapter_->tells_balance;
    if (!is_balance && !adapter_->bills.contains(recorded.consultation)) {
        return fail(
            ErrorCode::invalid,
            "'operation' is '" + recorded.consultation +
                "', wanted an operation, 'callback', 'balance' or a kind of bill that the adapter "
                "has"
        );
    }
    SLUICE_ASSIGN(const channel::RegistryPtr registry, registry_with(recorded.settings));
    const ChannelAccount& account = *registry->accounts().front();
    const channel::Moment moment{moment_of(recorded), kNonce};
    AdapterHost host(adapter_);
    const std::string path = is_balance ? std::string(kBalance) : "bills." + recorded.consultation;
    Value subject{ValueObject{}};
    if (!is_balance) {
        subject.set("day", format_rfc3339(moment.now).substr(0, kDayLength));
    }
    SLUICE_ASSIGN(const Value built, host.consult({path + ".request", subject}, account, moment));
    SLUICE_ASSIGN(const auto request, channel::request_from_value(built, account));
    SLUICE_ASSIGN(SaidMessage said, far_side_->answer(recorded, request, moment.now));
    const http::Response answer{
        static_cast<int>(recorded.http_status()), std::move(said.headers), std::move(said.body)
    };
    SLUICE_ASSIGN(
        const Value told, host.consult({path + ".response", subject, &answer}, account, moment)
    );
    compare(recorded.expect, told, differences);
    return {};
}

Result<void> Rehearsal::play_callback(const RecordedMessage& recorded, Differences& differences) {
    SLUICE_ASSIGN(const channel::RegistryPtr registry, registry_with(recorded.settings));
    const ChannelAccount& account = *registry->accounts().front();
    SLUICE_ASSIGN(const SaidMessage said, far_side_->message(recorded, moment_of(recorded)));
    const ManualClock clock(moment_of(recorded));
    channel::Callbacks callbacks(registry, clock);
    const auto verdict =
        callbacks.read({account.channel(), account.name()}, {said.headers, said.body});
    if (verdict.answer.status == kServerError && recorded.http_status() != kServerError) {
        const auto why = AdapterHost(adapter_).read_callback(
            {said.headers, said.body}, account, {clock.now(), {}}
        );
        differences.push_back("the adapter failed: " + (why ? "" : why.error().message));
    }
    Value actual =
        verdict.instruction ? to_value(verdict.outcome) : Value(ValueObject{{"kind", "none"}});
    actual.set("status", verdict.answer.status);
    actual.set("operation", channel::to_string(verdict.operation));
    actual.set("ack", verdict.answer.body);
    compare(recorded.expect, actual, differences);
    return {};
}

Played Rehearsal::play(const std::string& fixture) {
    Played played;
    played.fixture = fixture;
    const auto give_up = [&played](const Error& error) {
        played.differences.push_back(error.message);
        return std::move(played);
    };
    const auto text = read_text(folder_ / "fixtures" / (fixture + ".json"));
    if (!text) {
        return give_up(text.error());
    }
    const auto recorded = parse_recorded_message(*text);
    if (!recorded) {
        return give_up(recorded.error());
    }
    played.operation = recorded->operation_name();
    played.http_status = recorded->http_status();
    played.outcome = recorded->outcome();
    const bool is_many = recorded->consultation == channel::kPayoutMany;
    const auto done = recorded->operation       ? play_answer(*recorded, played.differences)
                      : recorded->is_callback() ? play_callback(*recorded, played.differences)
                      : is_many                 ? play_many(*recorded, played.differences)
                                                : play_consultation(*recorded, played.differences);
    if (!done) {
        return give_up(done.error());
    }
    return played;
}

}  // namespace sluice::kit
