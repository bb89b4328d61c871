#include "flow/channel_talk.hpp"

namespace sluice::flow {

using payment::OutcomeKind;

namespace {

/// A close that gives back what was taken.
bool is_undoing(const Fact& fact, const ChannelTalk& talk) {
    return talk.terms.charged_at_once && fact.operation == payment::Operation::close;
}

}  // namespace

bool leaves_in_doubt(const Fact& fact, const ChannelTalk& talk) {
    return is_undoing(fact, talk) && fact.outcome.kind == OutcomeKind::unknown;
}

/// That this close was not executed says nothing of the one before it, nor does a channel that does
/// not know the order: an earlier answer may be lost, and the order may come to be later.
void note_undoing(const Fact& fact, ChannelTalk& talk) {
    if (!is_undoing(fact, talk)) {
        return;
    }
    const OutcomeKind kind = fact.outcome.kind;
    const bool is_not_executed = kind == OutcomeKind::not_sent || kind == OutcomeKind::config ||
                                 kind == OutcomeKind::not_found;
    if (!is_not_executed || fact.source == payment::Source::resend) {
        talk.is_undone = true;
    }
}

}  // namespace sluice::flow
