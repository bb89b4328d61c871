#pragma once

#include <cstdint>
#include <optional>

#include "core/clock.hpp"
#include "flow/channel_terms.hpp"
#include "flow/fact.hpp"

namespace sluice::flow {

/// What was said with a channel about one instruction, as far as it decides what may be asked or
/// concluded next. The kernel's own; a run rebuilt from its journal has the same.
struct ChannelTalk {
    ChannelTerms terms;
    bool sent = false;  ///< the request that moves the money
    Time send_over{};   ///< when the last one was answered or given up
    Time query_sent{};
    /// The last exchange sent when a close was answered (a refund or payout has none: when the
    /// request itself was); 0: none was since the last request.
    std::uint32_t closed_after = 0;
    /// When the query was asked that found nothing after that.
    std::optional<Time> found_nothing;
    /// The word by which the channel turned the last request away, unless it knows it nevertheless.
    std::string turned_away;
    /// Of what is charged at once: a close that gives it back was executed, or may have been.
    bool is_undone = false;
    bool contested = false;   ///< a case tells that the channel contradicts our record
    bool not_sent = false;    ///< the last request that moves the money surely never arrived
    bool is_counted = false;  ///< a refund that the channel took: it counts whatever becomes of it
};

/// What the answer to a close leaves of an order that is charged at once.
void note_undoing(const Fact& fact, ChannelTalk& talk);
/// Whether nobody knows after this answer if such a close gave back what was taken.
[[nodiscard]] bool leaves_in_doubt(const Fact& fact, const ChannelTalk& talk);

}  // namespace sluice::flow
