#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "http/message.hpp"
#include "http/protocol_error.hpp"

namespace sluice::http {

/// Reads requests out of a stream of bytes, one after the other, within limits. What it refuses it
/// refuses in words; then the stream cannot be read on. One thread.
class RequestParser {
  public:
    struct Limits {
        std::size_t head_max_bytes = 0;
        std::size_t body_max_bytes = 0;
    };

    explicit RequestParser(Limits limits);
    ~RequestParser();
    RequestParser(const RequestParser&) = delete;
    RequestParser& operator=(const RequestParser&) = delete;

    /// Forgets the request before.
    void begin();
    /// Takes as many of the bytes as it can use, never more than one request. Bytes it leaves must
    /// come again with more behind them.
    [[nodiscard]] std::size_t put(std::string_view bytes);
    /// The stream has ended within the request: how that is to be refused.
    [[nodiscard]] ProtocolError cut_short() const;

    [[nodiscard]] const std::optional<ProtocolError>& refusal() const;
    [[nodiscard]] bool is_done() const;
    /// The head is there, the body is not, and the peer waits to be asked for it.
    [[nodiscard]] bool waits_for_continue() const;
    void said_continue();

    /// Once it is done. The remote address is not known here.
    [[nodiscard]] Request take();
    /// Whether the peer leaves the connection open for a next request.
    [[nodiscard]] bool keeps_alive() const;
    [[nodiscard]] bool is_http_1_0() const;

  private:
    class Message;
    const Limits limits_;
    std::unique_ptr<Message> message_;
};

}  // namespace sluice::http
