#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "channel/callbacks.hpp"
#include "channel/exchange_message.hpp"
#include "core/value.hpp"
#include "payment/outcome.hpp"

namespace sluice::fuzz {

/// A recorded message of a channel (the fixtures of channels/) after some bytes of it were changed.
/// What is no record any more is the body of the answer to a query.
struct RecordedMessage {
    std::optional<channel::Operation> operation;  ///< nullopt: a callback
    std::string scene;
    std::string barcode_api;  ///< what it says of the account's setting; "" when nothing
    int status = 200;
    Value content;  ///< what the file says of the answer or the message
    std::string body;
};

[[nodiscard]] RecordedMessage read_recorded(const std::uint8_t* data, std::size_t size);

/// What was made of an answer to this order.
struct ReadAnswer {
    const channel::ExchangeOrder& order;
    const payment::Outcome& outcome;
    int status = 200;
    bool is_signed = false;
};
/// What no answer may make of money, however it is changed: a success that the kernel confirms and
/// that does not name our number and amount, anything definite of an error of the server or of an
/// answer that nobody signed. Whether the kernel confirms it.
bool check_answer(const ReadAnswer& read);

/// `read` reads one notice with a good or a wrong signature: acknowledged is only what is about
/// something, and with a wrong one it is about nothing. Whether the good one is about something.
bool check_notice(const std::function<channel::CallbackVerdict(std::string_view)>& read);

}  // namespace sluice::fuzz
