#include "flow/lua_api/kernel_api.hpp"

#include <chrono>
#include <utility>

#include "flow/lua_api/arguments.hpp"
#include "flow/peoples_word.hpp"
#include "flow/seconds_max.hpp"
#include "flow/task_wish.hpp"

namespace sluice::flow {
namespace {

using lua::HostReply;

constexpr std::int64_t kLegsMax = 1000;

HostReply answer(Value value) { return {HostReply::Kind::value, std::move(value), {}}; }
HostReply mistake(const Error& error) { return {HostReply::Kind::error, {}, error.message}; }
HostReply mistake(std::string message) { return {HostReply::Kind::error, {}, std::move(message)}; }

HostReply reply(Result<Value> result) {
    return result ? answer(std::move(*result)) : mistake(result.error());
}

Result<Value> instruct(Kernel& kernel, Arguments arguments) {
    const Value& record = at(arguments, 0);
    InstructRequest request;
    SLUICE_TRY(knows_all(record, "instruct", {"leg", "channel", "channel_account", "expires_in"}));
    SLUICE_ASSIGN(const std::int64_t leg, whole_of(record, "leg", kLegsMax));
    SLUICE_ASSIGN(const std::int64_t expires_in, whole_of(record, "expires_in", kSecondsMax));
    request.leg_number = static_cast<int>(leg);
    request.channel = record.text_or_empty("channel");
    request.channel_account = record.text_or_empty("channel_account");
    request.expires_at = kernel.now() + std::chrono::seconds(expires_in);
    SLUICE_ASSIGN(const auto id, kernel.instruct(request));
    return id ? Value(id->to_string()) : Value{};
}

Result<const payment::Instruction*> own_instruction(const Kernel& kernel, Arguments arguments) {
    SLUICE_ASSIGN(const InstructionId id, instruction_at(arguments, 0));
    const payment::Instruction* instruction = kernel.find(id);
    if (instruction == nullptr) {
        return fail(ErrorCode::script, id.to_string() + " is not of this payment");
    }
    return instruction;
}

/// Asked much more often than the whole view, which is much more work.
Result<Value> status(Kernel& kernel, Arguments arguments) {
    SLUICE_ASSIGN(const payment::Instruction* instruction, own_instruction(kernel, arguments));
    return Value(payment::to_string(instruction->status));
}

Result<Value> view(Kernel& kernel, Arguments arguments) {
    SLUICE_ASSIGN(const payment::Instruction* instruction, own_instruction(kernel, arguments));
    const ChannelTalk& talk = kernel.talk(instruction->id);
    Value record;
    record.set("status", payment::to_string(instruction->status));
    record.set("code", instruction->outcome_code);
    record.set("message", instruction->outcome_message);
    record.set("may_repeat", kernel.may_repeat(*instruction));
    record.set("not_sent", talk.not_sent);
    record.set("charged_at_once", talk.terms.charged_at_once);
    record.set("amount", instruction->amount);
    return record;
}

Result<Value> exchange(Kernel& kernel, Arguments arguments) {
    SLUICE_ASSIGN(const InstructionId id, instruction_at(arguments, 0));
    SLUICE_ASSIGN(const std::string name, text_at(arguments, 1, "operation"));
    SLUICE_ASSIGN(const auto operation, payment::parse_operation(name));
    SLUICE_TRY(kernel.exchange(id, operation));
    return Value{};
}

Result<Value> capture(Kernel& kernel, Arguments arguments) {
    SLUICE_ASSIGN(const InstructionId id, instruction_at(arguments, 0));
    return kernel.capture(id);
}

Result<Value> release(Kernel& kernel, Arguments arguments) {
    SLUICE_ASSIGN(const InstructionId id, instruction_at(arguments, 0));
    SLUICE_TRY(kernel.release(id));
    return Value{};
}

Result<Value> hold(Kernel& kernel, Arguments arguments) {
    const std::int64_t* leg = at(arguments, 0).as_int();
    if (leg == nullptr || *leg < 1 || *leg > kLegsMax) {
        return fail(ErrorCode::script, "hold wants the number of a leg");
    }
    return kernel.hold(static_cast<int>(*leg));
}

Result<Value> conclude_absent(Kernel& kernel, Arguments arguments) {
    SLUICE_ASSIGN(const InstructionId id, instruction_at(arguments, 0));
    if (arguments.size() > 1) {
        return fail(ErrorCode::script, "conclude_absent takes no delay, the channel declares it");
    }
    SLUICE_ASSIGN(const bool absent, kernel.conclude_absent(id));
    return Value(absent);
}

Result<Value> reserve(Kernel& kernel, Arguments arguments) {
    const Value& record = at(arguments, 0);
    SLUICE_TRY(knows_all(record, "reserve", {"source", "amount"}));
    RefundRequest request;
    SLUICE_ASSIGN(request.source, InstructionId::parse(record.text_or_empty("source")));
    SLUICE_ASSIGN(request.amount, money_in(record, "reserve"));
    return kernel.reserve(request);
}

Result<Value> refund(Kernel& kernel, Arguments arguments) {
    const Value& record = at(arguments, 0);
    SLUICE_TRY(knows_all(record, "refund", {"source", "amount", "account", "task"}));
    RefundRequest request;
    SLUICE_ASSIGN(request.source, InstructionId::parse(record.text_or_empty("source")));
    SLUICE_ASSIGN(request.amount, money_in(record, "refund"));
    if (record.find("account") != nullptr) {
        SLUICE_ASSIGN(request.account, AccountId::parse(record.text_or_empty("account")));
    }
    SLUICE_ASSIGN(request.task, task_in(record));
    return kernel.refund(request);
}

Result<Value> pay_back(Kernel& kernel, Arguments arguments) {
    const Value& record = at(arguments, 0);
    SLUICE_TRY(
        knows_all(record, "pay_back", {"source", "amount", "channel", "channel_account", "task"})
    );
    PayBackRequest request;
    SLUICE_ASSIGN(request.source, InstructionId::parse(record.text_or_empty("source")));
    SLUICE_ASSIGN(request.amount, money_in(record, "pay_back"));
    request.channel = record.text_or_empty("channel");
    request.channel_account = record.text_or_empty("channel_account");
    SLUICE_ASSIGN(request.task, task_in(record));
    return kernel.pay_back(request);
}

Result<Value> given_outside(Kernel& kernel, Arguments arguments) {
    const Value& record = at(arguments, 0);
    SLUICE_TRY(knows_all(record, "given_outside", {"source", "amount", "task"}));
    RefundRequest request;
    SLUICE_ASSIGN(request.source, InstructionId::parse(record.text_or_empty("source")));
    SLUICE_ASSIGN(request.amount, money_in(record, "given_outside"));
    SLUICE_ASSIGN(request.task, TaskId::parse(record.text_or_empty("task")));
    return PeoplesWord(kernel).given_outside(request);
}

Result<Value> give_up(Kernel& kernel, Arguments arguments) {
    SLUICE_ASSIGN(const InstructionId id, instruction_at(arguments, 0));
    SLUICE_TRY(kernel.give_up(id));
    return Value{};
}

Result<Value> take(Kernel& kernel, Arguments arguments) {
    std::optional<PayoutLimits> limits;
    if (!at(arguments, 0).is_null()) {
        SLUICE_ASSIGN(limits, payout_limits_from_value(at(arguments, 0)));
    }
    return kernel.take_from_account(limits);
}

Result<Value> pay_out(Kernel& kernel, Arguments arguments) {
    const Value& record = at(arguments, 0);
    SLUICE_TRY(knows_all(record, "pay_out", {"channel", "channel_account"}));
    const std::string_view channel = record.text_or_empty("channel");
    const std::string_view account = record.text_or_empty("channel_account");
    if (channel.empty() || account.empty()) {
        return fail(ErrorCode::script, "pay_out wants 'channel' and 'channel_account'");
    }
    SLUICE_ASSIGN(const auto id, kernel.pay_out({channel, account}));
    return id ? Value(id->to_string()) : Value{};
}

Result<Value> settle(Kernel& kernel, Arguments) { return kernel.settle(); }

Result<Value> exceed(Kernel& kernel, Arguments arguments) {
    SLUICE_ASSIGN(const InstructionId id, instruction_at(arguments, 0));
    SLUICE_TRY(kernel.exceed(id));
    return Value{};
}

Result<Value> owe_back(Kernel& kernel, Arguments arguments) {
    SLUICE_ASSIGN(const InstructionId id, instruction_at(arguments, 0));
    SLUICE_TRY(kernel.owe_back(id));
    return Value{};
}

Result<Value> decide(Kernel& kernel, Arguments arguments) {
    SLUICE_ASSIGN(const std::string policy, text_at(arguments, 0, "policy"));
    return kernel.decide(policy, at(arguments, 1));
}

Result<Value> stage(Kernel& kernel, Arguments arguments) {
    SLUICE_ASSIGN(const std::string name, text_at(arguments, 0, "stage"));
    SLUICE_ASSIGN(const std::string phase, text_at(arguments, 1, "phase"));
    SLUICE_TRY(kernel.stage(name, phase));
    return Value{};
}

Result<Value> open_case(Kernel& kernel, Arguments arguments) {
    SLUICE_ASSIGN(const std::string kind, text_at(arguments, 0, "kind"));
    SLUICE_ASSIGN(const InstructionId id, instruction_at(arguments, 1));
    SLUICE_ASSIGN(std::string detail, text_at(arguments, 2, "detail"));
    SLUICE_TRY(kernel.open_case(kind, id, std::move(detail)));
    return Value{};
}

Result<Value> task(Kernel& kernel, Arguments arguments) {
    SLUICE_ASSIGN(auto wish, read_task_wish(at(arguments, 0), kernel.now()));
    SLUICE_ASSIGN(const TaskId id, PeoplesWord(kernel).ask(std::move(wish)));
    return Value(id.to_string());
}

Result<Value> resolve(Kernel& kernel, Arguments arguments) {
    SLUICE_ASSIGN(const std::string text, text_at(arguments, 0, "task"));
    SLUICE_ASSIGN(const TaskId id, TaskId::parse(text));
    SLUICE_TRY(PeoplesWord(kernel).resolve(id));
    return Value{};
}

Result<Value> unwind(Kernel& kernel, Arguments arguments) {
    SLUICE_ASSIGN(std::string code, text_at(arguments, 0, "code"));
    SLUICE_ASSIGN(std::string message, text_at(arguments, 1, "message"));
    SLUICE_TRY(kernel.unwind(std::move(code), std::move(message)));
    return Value{};
}

Result<Value> finish(Kernel& kernel, Arguments arguments) {
    SLUICE_ASSIGN(const std::string status, text_at(arguments, 0, "status"));
    payment::SubjectEvent event = payment::SubjectEvent::succeed;
    if (status == "failed") {
        event = payment::SubjectEvent::fail;
    } else if (status == "closed") {
        event = payment::SubjectEvent::close;
    } else if (status == "surplus") {
        event = payment::SubjectEvent::exceed;
    } else if (status != "succeeded") {
        return fail(
            ErrorCode::script,
            "'" + status + "' ends no payment, wanted succeeded, failed, closed or surplus"
        );
    }
    SLUICE_TRY(kernel.finish(
        event,
        std::string(at(arguments, 1).as_text() == nullptr ? "" : *arguments[1].as_text()),
        std::string(at(arguments, 2).as_text() == nullptr ? "" : *arguments[2].as_text())
    ));
    return Value{};
}

/// wait(milliseconds) or wait(): the next event, at once when one has already come.
HostReply wait(Kernel& kernel, Arguments arguments) {
    if (auto event = kernel.next_event()) {
        return answer(std::move(*event));
    }
    const Value& limit = at(arguments, 0);
    if (limit.is_null()) {
        kernel.wait_for_facts();
    } else if (limit.as_int() != nullptr && *limit.as_int() >= 0 &&
               *limit.as_int() <= kSecondsMax * 1000) {
        kernel.wait_until(kernel.now() + std::chrono::milliseconds(*limit.as_int()));
    } else {
        return mistake("wait wants a whole number of milliseconds, 0 to a year");
    }
    return {HostReply::Kind::wait, {}, {}};
}

Result<Value> now_ms(Kernel& kernel, Arguments) {
    const auto since = kernel.now().time_since_epoch();
    return Value(std::int64_t{std::chrono::duration_cast<std::chrono::milliseconds>(since).count()}
    );
}

Result<Value> next_event(Kernel& kernel, Arguments) {
    return kernel.next_event().value_or(Value{});
}

using Primitive = Result<Value> (*)(Kernel&, Arguments);

constexpr std::pair<const char*, Primitive> kPrimitives[] = {
    {"stage", stage},
    {"decide", decide},
    {"instruct", instruct},
    {"hold", hold},
    {"capture", capture},
    {"release", release},
    {"exchange", exchange},
    {"status", status},
    {"view", view},
    {"conclude_absent", conclude_absent},
    {"refund", refund},
    {"reserve", reserve},
    {"pay_back", pay_back},
    {"given_outside", given_outside},
    {"give_up", give_up},
    {"take", take},
    {"pay_out", pay_out},
    {"settle", settle},
    {"exceed", exceed},
    {"owe_back", owe_back},
    {"open_case", open_case},
    {"task", task},
    {"resolve", resolve},
    {"unwind", unwind},
    {"finish", finish},
    {"now_ms", now_ms},
    {"next_event", next_event},
};

HostReply out_of_place(std::string_view name) {
    return mistake(
        "kernel." + std::string(name) +
        " works only while a payment runs, not while its file is read"
    );
}

}  // namespace

lua::HostTable kernel_api(const KernelSeat& seat) {
    lua::HostTable table{"kernel", {}};
    for (const auto& [name, primitive] : kPrimitives) {
        table.functions.emplace_back(name, [&seat, name, call = primitive](Arguments arguments) {
            return seat.kernel == nullptr ? out_of_place(name)
                                          : reply(call(*seat.kernel, arguments));
        });
    }
    table.functions.emplace_back("wait", [&seat](Arguments arguments) {
        return seat.kernel == nullptr ? out_of_place("wait") : wait(*seat.kernel, arguments);
    });
    return table;
}

}  // namespace sluice::flow
