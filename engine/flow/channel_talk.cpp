#include "flow/channel_talk.hpp"

namespace sluice::flow {

/// A channel that knows no such order gave nothing back. That this close was not sent says nothing
/// of the one before it.
void note_undoing(const Fact& fact, ChannelTalk& talk) {
    using payment::OutcomeKind;
    const bool is_a_close = fact.operation == payment::Operation::close;
    if (!talk.terms.charged_at_once || !is_a_close) {
        return;
    }
    const OutcomeKind kind = fact.outcome.kind;
    const bool is_not_executed = kind == OutcomeKind::not_sent || kind == OutcomeKind::config;
    if (kind == OutcomeKind::not_found) {
        talk.is_undone = false;
    } else if (!is_not_executed || fact.source == payment::Source::resend) {
        talk.is_undone = true;
    }
}

}  // namespace sluice::flow
