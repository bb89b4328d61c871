#include "channel/adapter_host.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "channel/unix_seconds.hpp"
#include "core/utf8.hpp"

namespace sluice::channel {
namespace {

using payment::Purpose;

Value describe(const Moment& moment) {
    return ValueObject{{"now", unix_seconds(moment.now)}, {"nonce", moment.nonce}};
}

/// With the fields that were left out, so that a script may ask for them.
Value described_party(const std::vector<FormField>& fields, const Value& party) {
    ValueObject record;
    for (const FormField& field : fields) {
        const Value* given = party.find(field.name);
        record.emplace_back(field.name, given != nullptr ? *given : Value());
    }
    return Value(std::move(record));
}

payment::Outcome not_read(Error error) {
    payment::Outcome outcome;
    outcome.code = "adapter_failed";
    outcome.message = std::move(error.message);
    return outcome;
}

/// A server that fails may have executed it, whatever its answer says.
void doubt_server_error(payment::Outcome& outcome, int status) {
    constexpr int kServerError = 500;
    if (status < kServerError) {
        return;
    }
    outcome.kind = payment::OutcomeKind::unknown;
    outcome.refused_unless_found = false;
    outcome.code = outcome.code.empty() ? std::to_string(status) : outcome.code;
}

std::string many_function(std::string_view name) {
    return "operations." + std::string(kPayoutMany) + "." + std::string(name);
}

}  // namespace

struct AdapterHost::Call {
    std::string path;
    std::span<const Value> arguments;
};

AdapterHost::AdapterHost(AdapterPtr adapter, MissedKey missed_key, UsedKey used_key)
    : adapter_(std::move(adapter)), calls_{nullptr, std::move(missed_key), std::move(used_key)} {}

Result<void> AdapterHost::open() {
    auto vm = lua::Vm::create({adapter_limits(), script_host_tables(calls_), adapter_->libraries});
    if (!vm) {
        return fail(script_error(vm.error()));
    }
    vm_ = std::move(*vm);
    return {};
}

Result<Value> AdapterHost::run(const Call& call, const ChannelAccount& account) {
    if (!vm_ || !vm_->is_usable()) {
        SLUICE_TRY(open());
    }
    calls_.account = &account;
    auto value = vm_->call_frozen(*adapter_->program, call.path, call.arguments);
    calls_.account = nullptr;
    if (!value) {
        return fail(script_error(value.error()));
    }
    return std::move(*value);
}

Result<void> AdapterHost::check_order(const ExchangeOrder& order) const {
    const payment::Instruction& instruction = order.instruction;
    const bool is_for_it = payment::purpose_of(order.operation) == instruction.purpose;
    if (!is_for_it || !adapter_->can(order.operation)) {
        return outside_capabilities(
            "'" + adapter_->name + "' has no " + std::string(to_string(order.operation)) +
            " of an instruction to " + std::string(payment::to_string(instruction.purpose))
        );
    }
    SLUICE_TRY(adapter_->capabilities.check(instruction, adapter_->name));
    Result<void> party;
    if (instruction.purpose == Purpose::payout) {
        party = check_payee(adapter_->form, instruction.payee);
    } else if (order.operation == Operation::collect) {
        party = check_payer(adapter_->form, {instruction.scene, instruction.payer});
    }
    if (!party) {
        return outside_capabilities(std::move(party.error().message));
    }
    return {};
}

Value AdapterHost::describe(const ExchangeOrder& order) const {
    const payment::Instruction& instruction = order.instruction;
    const Capabilities& can = adapter_->capabilities;
    const std::int64_t created_at = unix_seconds(instruction.created_at);
    Value record = ValueObject{
        {"number", instruction.id.raw().to_string()},
        {"scene", instruction.scene},
        {"amount", instruction.amount},
        {"created_at", created_at},
        {"channel_reference", instruction.channel_reference},
    };
    if (instruction.purpose == Purpose::refund && can.refund) {
        const payment::Original& original = instruction.original;
        record.set(
            "original",
            ValueObject{
                {"number", original.id.raw().to_string()},
                {"amount", original.amount},
                {"channel_reference", original.channel_reference},
            }
        );
        record.set("reason", cut_text(order.description, can.refund->reason_max_bytes));
        return record;
    }
    if (instruction.purpose == Purpose::payout && can.payout) {
        record.set("description", cut_text(order.description, can.payout->description_max_bytes));
        record.set("payee", described_party(adapter_->form.payee, instruction.payee));
        return record;
    }
    record.set("description", cut_text(order.description, can.description_max_bytes));
    if (order.operation == Operation::collect) {
        record.set("payer", described_party(adapter_->form.payer, instruction.payer));
    }
    const std::int64_t expires_at = unix_seconds(instruction.expires_at);
    record.set("expires_at", std::min(expires_at, created_at + can.expiry_max_seconds));
    return record;
}

Value AdapterHost::describe(const ChannelAccount& account) const {
    ValueObject settings;
    for (const FormField& field : adapter_->form.fields) {
        if (field.kind == FieldKind::text) {
            const auto found = account.settings().settings.find(field.name);
            const bool is_set = found != account.settings().settings.end();
            settings.emplace_back(field.name, is_set ? Value(found->second) : Value());
        }
    }
    return ValueObject{
        {"name", account.name()},
        {"merchant", account.merchant()},
        {"callback_url", account.callback_url()},
        {"settings", std::move(settings)},
    };
}

Value AdapterHost::describe_headers(const http::Headers& headers) const {
    ValueObject given;
    for (const std::string& name : adapter_->answer_headers) {
        const std::string* text = headers.find(name);
        given.emplace_back(name, text != nullptr ? Value(*text) : Value());
    }
    return given;
}

Result<http::ClientRequest> AdapterHost::build(
    const ExchangeOrder& order, const ChannelAccount& account, const Moment& moment
) {
    SLUICE_TRY(check_order(order));
    const std::array<Value, 3> arguments = {
        describe(order), describe(account), channel::describe(moment)
    };
    const std::string path = "operations." + std::string(to_string(order.operation)) + ".request";
    SLUICE_ASSIGN(const Value value, run({path, arguments}, account));
    return request_from_value(value, account);
}

Result<std::optional<payment::Outcome>> AdapterHost::hand_over(
    const ExchangeOrder& order, const ChannelAccount& account, const Moment& moment
) {
    const bool is_handed_over = order.operation == Operation::collect &&
                                adapter_->capabilities.is_handed_over(order.instruction.scene);
    if (!is_handed_over) {
        return std::nullopt;
    }
    SLUICE_TRY(check_order(order));
    const std::array<Value, 3> arguments = {
        describe(order), describe(account), channel::describe(moment)
    };
    SLUICE_ASSIGN(const Value action, run({"operations.collect.hand_over", arguments}, account));
    const Value outcome = ValueObject{{"kind", "pending"}, {"next_action", action}};
    return outcome_from_answer(outcome, order.operation);
}

Value AdapterHost::describe(const http::Response& answer) const {
    return ValueObject{
        {"status", answer.status},
        {"headers", describe_headers(answer.headers)},
        {"body", answer.body},
    };
}

Result<Value> AdapterHost::consult(
    const Consultation& about, const ChannelAccount& account, const Moment& moment
) {
    std::vector<Value> arguments = {about.subject, describe(account)};
    if (about.answer != nullptr) {
        arguments.push_back(describe(*about.answer));
    }
    arguments.push_back(channel::describe(moment));
    return run({about.path, arguments}, account);
}

Result<Value> AdapterHost::run_response(
    const Answered& answered, const ChannelAccount& account, const Moment& moment
) {
    const Value answer = describe(answered.answer);
    const std::array<Value, 4> arguments = {
        describe(answered.order), describe(account), answer, channel::describe(moment)
    };
    const std::string path =
        "operations." + std::string(to_string(answered.order.operation)) + ".response";
    return run({path, arguments}, account);
}

payment::Outcome AdapterHost::read(
    const Answered& answered, const ChannelAccount& account, const Moment& moment
) {
    auto value = run_response(answered, account, moment);
    auto read = value ? outcome_from_answer(*value, answered.order.operation)
                      : Result<payment::Outcome>(fail(value.error()));
    payment::Outcome outcome = read ? std::move(*read) : not_read(std::move(read.error()));
    doubt_server_error(outcome, answered.answer.status);
    return outcome;
}

Value AdapterHost::describe(const PayoutMany& many) const {
    ValueArray instructions;
    for (const ExchangeOrder* order : many.orders) {
        instructions.push_back(describe(*order));
    }
    return ValueObject{
        {"number", many.number},
        {"total", many.total()},
        {"instructions", std::move(instructions)},
    };
}

Result<http::ClientRequest> AdapterHost::build_many(
    const PayoutMany& many, const ChannelAccount& account, const Moment& moment
) {
    for (const ExchangeOrder* order : many.orders) {
        SLUICE_TRY(check_order(*order));
    }
    const std::array<Value, 3> arguments = {
        describe(many), describe(account), channel::describe(moment)
    };
    SLUICE_ASSIGN(const Value value, run({many_function("request"), arguments}, account));
    return request_from_value(value, account);
}

std::vector<payment::Outcome> AdapterHost::read_many(
    const ManyAnswered& answered, const ChannelAccount& account, const Moment& moment
) {
    const std::array<Value, 4> arguments = {
        describe(answered.many),
        describe(account),
        describe(answered.answer),
        channel::describe(moment)
    };
    auto value = run({many_function("response"), arguments}, account);
    auto read = value ? outcomes_from_answer(*value, answered.many)
                      : Result<std::vector<payment::Outcome>>(fail(value.error()));
    std::vector<payment::Outcome> outcomes;
    if (read) {
        outcomes = std::move(*read);
    } else {
        outcomes.assign(answered.many.orders.size(), not_read(std::move(read.error())));
    }
    for (payment::Outcome& outcome : outcomes) {
        doubt_server_error(outcome, answered.answer.status);
    }
    return outcomes;
}

Result<CallbackReading> AdapterHost::read_callback(
    const Message& message, const ChannelAccount& account, const Moment& moment
) {
    const Value described =
        ValueObject{{"headers", describe_headers(message.headers)}, {"body", message.body}};
    const std::array<Value, 3> arguments = {
        describe(account), described, channel::describe(moment)
    };
    SLUICE_ASSIGN(const Value value, run({"callback", arguments}, account));
    return callback_from_value(value);
}

}  // namespace sluice::channel
