#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::bench {

/// One HTTP/1.1 message at the front of a buffer, as far as it has arrived. Only what the bench
/// needs: a start line, Content-Length, a body. Views into the buffer it was read from.
struct HttpMessage {
    enum class State { incomplete, complete, unreadable };
    State state = State::incomplete;
    std::string_view start_line;
    std::string_view body;
    std::size_t size = 0;  ///< bytes of the buffer it takes, when complete
    bool closes = false;   ///< the sender said "Connection: close"
};

[[nodiscard]] HttpMessage read_message(std::string_view buffer);

/// The status of a response's start line, or 0.
[[nodiscard]] int status_of(std::string_view start_line);

}  // namespace sluice::bench
