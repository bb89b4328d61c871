#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/id.hpp"
#include "core/money.hpp"
#include "core/result.hpp"
#include "core/value.hpp"
#include "payment/leg.hpp"

namespace sluice::payment {

/// `expired`: its time was over first. `cancelled`: nobody needs to know any more.
enum class TaskStatus { open, approved, denied, expired, cancelled };
enum class Verdict { approve, deny };

[[nodiscard]] std::string_view to_string(TaskStatus status);
[[nodiscard]] std::string_view to_string(Verdict verdict);
Result<TaskStatus> parse_task_status(std::string_view text);
Result<Verdict> parse_verdict(std::string_view text);

/// What people read, in the languages of the product.
struct Words {
    std::string en;
    std::string zh;
};

/// One thing that voters fill in. An amount is a whole number of minor units of the task's
/// currency, an account the id of one of ours, a payee {"method", "payee"} as payouts have them.
struct TaskField {
    enum class Type { text, amount, choice, account, payee };
    std::string name;
    Words title;
    Type type = Type::text;
    bool required = false;
    std::vector<std::string> choices;  ///< of a choice
    /// It belongs to these choices of the form's first field alone; empty: to all.
    std::vector<std::string> only_for;
};
using TaskForm = std::vector<TaskField>;

[[nodiscard]] std::string_view to_string(TaskField::Type type);
[[nodiscard]] Value to_value(const TaskForm& form);
/// `invalid` names the field and what is wrong with it.
Result<TaskForm> form_from_value(const Value& value);

/// What one person says to a task. A person has one vote, however many keys.
struct TaskVote {
    TaskId task;
    std::string actor;
    std::vector<std::string> roles;  ///< of the actor
    Verdict verdict = Verdict::approve;
    /// As the form wants them; null without any. Of a payee {"method", "shown", "fingerprint"}.
    Value values;
    std::string note;
    Time at{};    ///< when it was counted
    Value payee;  ///< whom the values name, each member sealed: for the vote's row, nowhere else

    /// Whether the same person says the same once more.
    [[nodiscard]] bool repeats(const TaskVote& other) const;
};

[[nodiscard]] Value to_value(const TaskVote& vote);
Result<TaskVote> vote_from_value(const Value& value);

/// Something that a run asks people, and what became of it. A plain record: who may vote and what
/// it leads to is the kernel's business.
struct Task {
    TaskId id;
    std::string kind;  ///< "approve", "resolve"...
    Words title;
    std::string role;  ///< of those who may vote
    int needed = 1;    ///< so many people must approve, and say the same
    TaskForm form;
    InstructionId about;          ///< or nil
    CaseId ends;                  ///< the case that its decision closes, or nil
    std::optional<Money> amount;  ///< what is at stake
    Time opened_at{};
    std::optional<Time> due_at;        ///< then it expires
    std::optional<Time> escalates_at;  ///< then `escalate_role` may vote too
    std::string escalate_role;
    bool escalated = false;
    TaskStatus status = TaskStatus::open;
    Time decided_at{};
    Value values;  ///< what was approved; null before, and where there is no form
    std::vector<TaskVote> votes;

    [[nodiscard]] bool is_for(const std::vector<std::string>& roles) const;
    /// "operations" or, once it was escalated, "operations or finance".
    [[nodiscard]] std::string roles() const;
};

/// What is wrong with one value; `field` is empty when it is all of them.
struct ValueFault {
    std::string field;
    std::string message;
};
/// The values in the order of the form, or every fault in them.
std::expected<Value, std::vector<ValueFault>> check_values(
    const TaskForm& form, const Value& given
);

/// What voters must say alike. Texts are everybody's own words.
[[nodiscard]] Value agreed_part(const TaskForm& form, const Value& values);

/// Whose vote named the payee of an instruction: its row has the sealed members.
struct PayeeName {
    TaskId task;
    std::string actor;
};
/// As an instruction has it instead of a payee; and back, nullopt for any other payee.
[[nodiscard]] Value to_value(const PayeeName& name);
[[nodiscard]] std::optional<PayeeName> payee_name_of(const Value& payee);

/// The kind of task that says how money goes back that no way of its refund takes, and the form
/// that it has for what an account of ours paid, or a channel.
inline constexpr std::string_view kGiveBackTask = "give_back";
[[nodiscard]] TaskForm give_back_form(LegKind paid_by);
/// The fields of that form, and the choices of `how`.
inline constexpr std::string_view kHow = "how";
inline constexpr std::string_view kNamedAccount = "account";
inline constexpr std::string_view kNamedPayee = "payee";
inline constexpr std::string_view kOriginalWay = "original";
inline constexpr std::string_view kToBalance = "balance";
inline constexpr std::string_view kToPayee = "payout";
inline constexpr std::string_view kAtChannel = "at_channel";
inline constexpr std::string_view kByBank = "by_bank";

/// The kind of task that says how money ends that moved against our record. The kernel asks it, the
/// run may be over by then, and what is approved is booked at once. What people may say of it
/// depends on what happened to the money, and they say it with evidence.
inline constexpr std::string_view kSettleTask = "settle";
[[nodiscard]] TaskForm settle_form(const std::vector<std::string_view>& choices);
inline constexpr std::string_view kRecoveredAtChannel = "recovered_at_channel";
inline constexpr std::string_view kRecoveredByBank = "recovered_by_bank";
inline constexpr std::string_view kWrittenOff = "written_off";
inline constexpr std::string_view kLeftWithMerchant = "left_with_merchant";
inline constexpr std::string_view kPaidAgainByBank = "paid_again_by_bank";
inline constexpr std::string_view kOurRecordIsRight = "our_record_is_right";
inline constexpr std::string_view kChannelIsRight = "channel_is_right";

/// The kind of task that says what became of an instruction that no channel tells about, and the
/// form that it has.
inline constexpr std::string_view kResolveTask = "resolve";
[[nodiscard]] TaskForm resolve_form();

}  // namespace sluice::payment
