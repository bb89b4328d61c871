#include "app/payee_wiring.hpp"

#include <utility>

#include "gateway/render_outgoing.hpp"

namespace sluice::app {
namespace {

Result<void> open_members(
    const channel::SealingKeys& keys, const channel::SealPlace& place, Value& party
) {
    ValueObject* members = party.as_object();
    if (members == nullptr) {
        return {};
    }
    const std::string prefix(place.field);
    for (auto& [name, member] : *members) {
        const std::string sealed(member.text_or_empty(gateway::kSealedMember));
        SLUICE_ASSIGN(
            const Secret<std::string> opened,
            keys.open({place.table, place.owner, prefix + name}, sealed)
        );
        member = Value(opened.reveal());
    }
    return {};
}

}  // namespace

std::string payer_field(int leg, std::string_view name) {
    return std::to_string(leg) + "/" + std::string(name);
}

gateway::PartySeal party_seal(const channel::SealingKeys& keys) {
    return [&keys](const gateway::Party& party) -> Value {
        const ValueObject* members = party.said.as_object();
        if (members == nullptr) {
            return party.said;
        }
        const std::string owner = party.run.to_string();
        const bool is_payee = party.leg == 0;
        const Value shown = is_payee ? gateway::masked_payee(party.said) : Value();
        Value stored{ValueObject{}};
        for (const auto& [name, value] : *members) {
            // The form was asked before: each member is a text.
            const std::string_view text = party.said.text_or_empty(name);
            const std::string field = is_payee ? name : payer_field(party.leg, name);
            Value member;
            member.set(
                gateway::kSealedMember,
                keys.seal({is_payee ? kPayeeTable : kPayerTable, owner, field}, text)
            );
            if (is_payee) {
                member.set(gateway::kShownMember, shown.text_or_empty(name));
            }
            stored.set(name, std::move(member));
        }
        return stored;
    };
}

Result<void> open_parties(
    const channel::SealingKeys& keys, const FindNamedPayee& find, channel::ExchangeOrder& order
) {
    const std::string owner = order.run.to_string();
    payment::Instruction& instruction = order.instruction;
    if (order.operation != payment::Operation::collect) {
        instruction.payer = Value();
    }
    if (const auto name = payment::payee_name_of(instruction.payee)) {
        SLUICE_ASSIGN(instruction.payee, find(*name));
    }
    const std::string leg = payer_field(instruction.leg_number, "");
    SLUICE_TRY(open_members(keys, {kPayeeTable, owner, ""}, instruction.payee));
    return open_members(keys, {kPayerTable, owner, leg}, instruction.payer);
}

}  // namespace sluice::app
