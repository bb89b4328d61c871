#include "app/payee_wiring.hpp"

#include <string>
#include <utility>

#include "gateway/render_outgoing.hpp"

namespace sluice::app {

gateway::PayeeSeal payee_seal(const channel::SealingKeys& keys) {
    return [&keys](RunId run, const Value& payee) -> Value {
        const ValueObject* members = payee.as_object();
        if (members == nullptr) {
            return payee;
        }
        const std::string owner = run.to_string();
        const Value shown = gateway::masked_payee(payee);
        Value stored{ValueObject{}};
        for (const auto& [name, value] : *members) {
            // The form was asked before: each member is a text.
            const std::string_view text = payee.text_or_empty(name);
            Value member;
            member.set(gateway::kSealedMember, keys.seal({kPayeeTable, owner, name}, text));
            member.set(gateway::kShownMember, shown.text_or_empty(name));
            stored.set(name, std::move(member));
        }
        return stored;
    };
}

Result<void> open_payee(
    const channel::SealingKeys& keys, const FindNamedPayee& find, channel::ExchangeOrder& order
) {
    if (const auto name = payment::payee_name_of(order.instruction.payee)) {
        SLUICE_ASSIGN(order.instruction.payee, find(*name));
    }
    ValueObject* members = order.instruction.payee.as_object();
    if (members == nullptr) {
        return {};
    }
    const std::string owner = order.run.to_string();
    for (auto& [name, member] : *members) {
        const std::string sealed(member.text_or_empty(gateway::kSealedMember));
        SLUICE_ASSIGN(
            const Secret<std::string> opened, keys.open({kPayeeTable, owner, name}, sealed)
        );
        member = Value(opened.reveal());
    }
    return {};
}

}  // namespace sluice::app
