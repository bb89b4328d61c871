#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "channel/credentials.hpp"
#include "channel/exchange_message.hpp"
#include "core/result.hpp"
#include "core/value.hpp"

namespace sluice::kit {

/// What a channel said once, and what its adapter must make of it: one file of fixtures/. A plain
/// value.
struct RecordedMessage {
    std::optional<channel::Operation> operation;  ///< nullopt: a callback, or about the account
    /// Of a question about the account itself: "balance", or the kind of a bill; of many payouts in
    /// one request "payout_many". Else "".
    std::string consultation;
    /// What the channel said, as it is written: status, headers and body, and whatever else the
    /// channel's rehearsal/sign.lua understands. Null where nothing is sent to the channel.
    Value said;
    Value instruction;                ///< members that differ from the rehearsal's own
    std::vector<Value> instructions;  ///< of many payouts: the same for each
    channel::TextMap settings;        ///< of the account, likewise
    std::int64_t seconds_later = 0;
    Value request;  ///< what the request must be; null: only that there is one
    Value expect;   ///< members of the outcome; null: it must not be there

    [[nodiscard]] bool is_callback() const { return !operation && consultation.empty(); }
    /// "collect", "balance", "callback".
    [[nodiscard]] std::string operation_name() const;
    /// The kind that is expected, "" for none.
    [[nodiscard]] std::string_view outcome() const { return expect.text_or_empty("kind"); }
    /// Of an answer its own, of a callback what it is answered with; 0 when neither is said.
    [[nodiscard]] std::int64_t http_status() const;
};

/// `invalid` names the first member that is unknown, missing or of the wrong kind.
Result<RecordedMessage> parse_recorded_message(std::string_view json_text);

}  // namespace sluice::kit
