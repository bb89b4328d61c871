#include "kit/rehearsal_account.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "channel/account_settings.hpp"
#include "json/json.hpp"
#include "kit/wrong.hpp"
#include "payment/operation.hpp"
#include "payment/payment.hpp"

namespace sluice::kit {
namespace {

using channel::ChannelAccountSettings;
using channel::FieldKind;
using payment::Purpose;

constexpr const char* kName = "main";

using Reader = std::function<Result<void>(const Value&)>;
using Readers = std::map<std::string, Reader, std::less<>>;

/// Every member of `record` by the reader of its name; one that has none is refused.
std::unexpected<Error> unknown_member(
    const std::string& what, const std::string& name, const std::string& known
) {
    return wrong("'" + what + "' has an unknown member '" + name + "', wanted " + known);
}

std::unexpected<Error> wrong_member(
    const std::string& what, const std::string& name, const std::string& why
) {
    return wrong("'" + what + "." + name + "' " + why);
}

Result<void> read_members(const Value& record, const std::string& what, const Readers& readers) {
    if (record.as_object() == nullptr) {
        return wrong(
            "'" + what + "' is a " + std::string(record.kind_name()) + ", wanted a record"
        );
    }
    for (const auto& [name, value] : *record.as_object()) {
        const auto reader = readers.find(name);
        if (reader == readers.end()) {
            std::string known;
            for (const auto& [each, unused] : readers) {
                known += (known.empty() ? "" : ", ") + each;
            }
            return unknown_member(what, name, known);
        }
        if (auto done = reader->second(value); !done) {
            return wrong_member(what, name, done.error().message);
        }
    }
    return {};
}

Reader text_into(std::string& target) {
    return [&target](const Value& value) -> Result<void> {
        if (value.as_text() == nullptr) {
            return wrong("is no text");
        }
        target = *value.as_text();
        return {};
    };
}

Reader time_into(Time& target) {
    return [&target](const Value& value) -> Result<void> {
        if (value.as_int() == nullptr) {
            return wrong("is no whole number of Unix seconds");
        }
        target = Time(std::chrono::seconds(*value.as_int()));
        return {};
    };
}

Reader money_into(Money& target) {
    return [&target](const Value& value) -> Result<void> {
        if (value.as_money() == nullptr) {
            return wrong(R"(is no money, wanted {"$money": [7000, "CNY"]})");
        }
        target = *value.as_money();
        return {};
    };
}

Reader number_into(InstructionId& target) {
    return [&target](const Value& value) -> Result<void> {
        const auto number = Id128::parse(value.as_text() != nullptr ? *value.as_text() : "");
        if (!number) {
            return wrong("is no number of 26 base-32 characters");
        }
        target = InstructionId(*number);
        return {};
    };
}

Reader record_into(Value& target) {
    return [&target](const Value& value) -> Result<void> {
        if (value.as_object() == nullptr) {
            return wrong("is no record");
        }
        target = value;
        return {};
    };
}

/// `error` speaks of a place ("/settings/x") or of an account.
std::unexpected<Error> wrong_account(const Error& error) {
    return wrong("'account': " + error.context + " " + error.message);
}

Result<void> read_account(const Value& record, ChannelAccountSettings& settings) {
    if (record.as_object() == nullptr) {
        return wrong("'account' is missing or no record");
    }
    Value open{ValueObject{}};
    for (const auto& [name, value] : *record.as_object()) {
        if (name == "secrets") {
            if (auto done = channel::apply_secrets(value, settings); !done) {
                return wrong_account(done.error());
            }
        } else {
            open.set(name, value);
        }
    }
    if (auto done = channel::apply_public_part(open, settings); !done) {
        return wrong_account(done.error());
    }
    return {};
}

/// The channel knows the account's settings, and has secrets of its own.
Result<void> read_far_side(const Value* record, RehearsalAccount& account) {
    account.far_side = account.settings;
    account.far_side.secrets.clear();
    account.far_side.keys_by_serial.clear();
    std::erase_if(account.far_form.fields, [](const channel::FormField& field) {
        return field.kind != FieldKind::text;
    });
    const auto secrets_of = [&account](FieldKind kind) {
        return [&account, kind](const Value& secrets) -> Result<void> {
            for (const auto& [name, value] :
                 secrets.as_object() == nullptr ? ValueObject{} : *secrets.as_object()) {
                account.far_form.fields.push_back({.name = name, .kind = kind});
            }
            auto done = channel::apply_secrets(secrets, account.far_side);
            return done ? Result<void>{} : wrong(done.error().message);
        };
    };
    if (record == nullptr) {
        return {};
    }
    return read_members(
        *record,
        "channel",
        {{"secrets", secrets_of(FieldKind::secret)},
         {"private_keys", secrets_of(FieldKind::private_key)}}
    );
}

/// The rehearsal's instruction of that purpose, with what the message says otherwise.
Result<Value> instruction_of(const RehearsalAccount& account, const RecordedMessage& recorded) {
    const std::string purpose(payment::to_string(
        payment::purpose_of(recorded.operation.value_or(channel::Operation::query))
    ));
    const Value* base = account.instructions.find(purpose);
    if (base == nullptr || base->as_object() == nullptr) {
        return wrong("rehearsal/account.json has no record 'instructions." + purpose + "'");
    }
    Value merged = *base;
    if (!recorded.instruction.is_null()) {
        for (const auto& [name, value] : *recorded.instruction.as_object()) {
            merged.set(name, value);
        }
    }
    const Value* payer = account.payers.find(merged.text_or_empty("scene"));
    if (purpose == "collect" && payer != nullptr && merged.find("payer") == nullptr) {
        merged.set("payer", *payer);
    }
    return merged;
}

Readers readers_of_original(payment::Original& original) {
    return {
        {"number", number_into(original.id)},
        {"amount", money_into(original.amount)},
        {"channel_reference", text_into(original.channel_reference)},
    };
}

Readers readers_of(channel::ExchangeOrder& order) {
    payment::Instruction& instruction = order.instruction;
    Readers readers{
        {"number", number_into(instruction.id)},
        {"amount", money_into(instruction.amount)},
        {"created_at", time_into(instruction.created_at)},
        {"channel_reference", text_into(instruction.channel_reference)},
    };
    switch (instruction.purpose) {
        case Purpose::collect:
            readers.emplace("scene", text_into(instruction.scene));
            readers.emplace("expires_at", time_into(instruction.expires_at));
            readers.emplace("description", text_into(order.description));
            readers.emplace("payer", record_into(instruction.payer));
            break;
        case Purpose::refund:
            readers.emplace("scene", text_into(instruction.scene));
            readers.emplace("reason", text_into(order.description));
            readers.emplace("original", [&instruction](const Value& value) {
                return read_members(value, "original", readers_of_original(instruction.original));
            });
            break;
        case Purpose::payout:
            readers.emplace("method", text_into(instruction.scene));
            readers.emplace("description", text_into(order.description));
            readers.emplace("payee", record_into(instruction.payee));
            break;
    }
    return readers;
}

}  // namespace

Result<RehearsalAccount> parse_rehearsal_account(
    std::string_view json_text, const std::string& channel, const channel::Form& form
) {
    SLUICE_ASSIGN(const Value record, json::parse(json_text));
    RehearsalAccount account;
    account.settings.name = kName;
    account.settings.channel = channel;
    account.far_form = form;
    const Value* far_side = nullptr;
    const Value* own = nullptr;
    const auto keep = [](const Value*& target) {
        return [&target](const Value& value) -> Result<void> {
            target = &value;
            return {};
        };
    };
    SLUICE_TRY(read_members(
        record,
        "rehearsal/account.json",
        {{"now", time_into(account.now)},
         {"account", keep(own)},
         {"channel", keep(far_side)},
         {"instructions", record_into(account.instructions)},
         {"payers", record_into(account.payers)}}
    ));
    if (account.now == Time{}) {
        return wrong("'now' is missing, wanted Unix seconds");
    }
    SLUICE_TRY(read_account(own == nullptr ? Value() : *own, account.settings));
    SLUICE_TRY(read_far_side(far_side, account));
    return account;
}

Result<channel::ExchangeOrder> order_of(
    const RehearsalAccount& account, const RecordedMessage& recorded
) {
    SLUICE_ASSIGN(const Value said, instruction_of(account, recorded));
    channel::ExchangeOrder order;
    if (!recorded.operation) {
        return wrong("'operation' is '" + recorded.operation_name() + "', wanted one of an order");
    }
    order.operation = *recorded.operation;
    order.instruction.purpose = payment::purpose_of(order.operation);
    order.instruction.channel = account.settings.channel;
    order.instruction.channel_account = account.settings.name;
    SLUICE_TRY(read_members(said, "instruction", readers_of(order)));
    if (order.instruction.id.is_nil()) {
        return wrong("'instruction.number' is missing");
    }
    return order;
}

}  // namespace sluice::kit
