#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::http {

struct ConnectionLimits {
    std::size_t head_max_bytes = 0;
    std::chrono::milliseconds read_timeout{0};
    std::chrono::milliseconds write_timeout{0};
};

/// One accepted TCP connection: buffered reading under the request's deadline and budget, writes
/// gathered into few packets. Owns the socket. One thread.
class Connection {
  public:
    Connection(int socket, ConnectionLimits limits);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    enum class Wait { readable, timed_out, closed };
    /// Until a byte of the next request is there.
    Wait wait_readable(std::chrono::milliseconds timeout);

    /// Starts the clock and the head budget of one request.
    void begin_request();
    /// The head is complete: what follows is counted by whoever reads the body.
    void begin_body() { in_head_ = false; }

    /// At least one byte, or -1: closed by the peer, over the deadline, over the head budget (see
    /// timed_out() and head_overflow()). Sends what was written before it waits.
    long read(char* out, std::size_t size);
    [[nodiscard]] bool has_buffered_input() const { return position_ < input_.size(); }

    void write(std::string_view text);
    /// False when the peer does not take it within the write time-out.
    bool flush();
    /// Nothing more leaves this connection, not even what was written already.
    void cut() { cut_ = true; }

    /// Ends a connection whose request was not read to its end: takes in what is on its way for a
    /// moment, so that the answer is not lost to a reset.
    void drain();

    [[nodiscard]] int socket() const { return socket_; }
    [[nodiscard]] bool timed_out() const { return timed_out_; }
    [[nodiscard]] bool head_overflow() const { return head_overflow_; }
    [[nodiscard]] bool anything_written() const { return anything_written_; }
    [[nodiscard]] const std::string& remote_address() const { return remote_address_; }
    [[nodiscard]] int remote_port() const { return remote_port_; }

  private:
    using SteadyTime = std::chrono::steady_clock::time_point;

    bool fill();
    bool wait_for(short events, SteadyTime deadline);

    int socket_;
    ConnectionLimits limits_;
    std::string remote_address_;
    int remote_port_ = 0;

    std::string input_;
    std::size_t position_ = 0;
    std::string output_;
    SteadyTime deadline_;
    std::size_t head_left_ = 0;
    bool in_head_ = true;
    bool timed_out_ = false;
    bool head_overflow_ = false;
    bool anything_written_ = false;
    bool cut_ = false;
};

}  // namespace sluice::http
