#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "http/pending_answer.hpp"
#include "http/request_parser.hpp"
#include "http/server.hpp"

namespace sluice::http {

class Connection;

/// What the connections of a server share. Outlives them; I/O thread.
struct ConnectionHost {
    ServerSettings settings;
    Handler handler;
    ProtocolErrorHandler protocol_error;
    std::shared_ptr<Mailbox> mailbox;
    std::string keep_alive;  ///< the value of that header
    /// What just came in, within one callback: idle connections hold no buffer.
    std::vector<char> arrived;
    /// Told once, when the socket is closed.
    std::function<void(Connection&)> on_closed;
};

/// One accepted connection: reads requests, hands them over, writes the answers in their order.
/// Callers may pipeline; a few requests of one connection are worked on at once. Owned by the
/// server and by what it waits for; I/O thread.
class Connection : public std::enable_shared_from_this<Connection> {
  public:
    Connection(boost::asio::ip::tcp::socket socket, ConnectionHost& host);

    void begin();
    /// Closes at once when no request is under way, else after the answers.
    void end();
    /// Acts on the deadlines that are over.
    void check_time(SteadyTime now);
    /// Some answer of this connection is there.
    void write_answers();

  private:
    using Socket = boost::asio::ip::tcp::socket;

    void await_input();
    void take_input();
    void input_ended(bool orderly);
    void use(std::string_view fresh);
    [[nodiscard]] std::string_view parse(std::string_view bytes);
    [[nodiscard]] bool may_take_more() const;
    void hand_over();
    void refuse(const ProtocolError& error);
    void offer_to_continue();
    void flush();
    void await_output();
    void all_is_written();
    void drain();
    void reset();
    void close();

    Socket socket_;
    ConnectionHost& host_;
    std::string remote_address_;
    RequestParser parser_;

    std::string input_;  ///< what came and is not parsed yet
    bool awaits_input_ = false;
    bool input_over_ = false;  ///< nothing more is parsed
    bool in_request_ = false;
    SteadyTime request_by_;
    std::size_t served_ = 0;

    std::deque<std::shared_ptr<PendingAnswer>> answers_;  ///< in the order of their requests

    std::string output_;
    std::size_t written_ = 0;
    bool awaits_output_ = false;
    SteadyTime progress_by_;
    SteadyTime idle_until_;

    bool closes_ = false;   ///< when all is answered
    bool refused_ = false;  ///< perhaps with unread input: drain before closing
    bool draining_ = false;
    SteadyTime drain_until_;
    std::size_t drained_ = 0;
};

}  // namespace sluice::http
