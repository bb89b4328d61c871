#include "app/payer_wiring.hpp"

#include <string_view>

namespace sluice::app {
namespace {

/// Few enough AMONGs are known to a node for six hexadecimal characters.
constexpr std::size_t kAmongSize = 6;

}  // namespace

void hide_payer(const channel::SealingKeys& keys, payment::Outcome& outcome) {
    if (outcome.kind != payment::OutcomeKind::succeeded) {
        outcome.payer.clear();
    }
    if (outcome.payer.empty()) {
        return;
    }
    const std::string_view payer = outcome.payer;
    // Under another master key everybody is among others.
    outcome.payer = keys.fingerprint(payer.substr(0, payer.find(' '))).substr(0, kAmongSize) + "." +
                    keys.fingerprint(payer);
}

}  // namespace sluice::app
