#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::http::testing {

/// A bare TCP socket on 127.0.0.1, for saying what no well-behaved HTTP library would say.
class RawSocket {
  public:
    static RawSocket connect(std::uint16_t port);

    explicit RawSocket(int socket) : socket_(socket) {}
    ~RawSocket();
    RawSocket(RawSocket&& other) noexcept;
    RawSocket& operator=(RawSocket&&) = delete;

    void send(std::string_view text) const;
    /// Nothing more will be sent; answers are still read.
    void end_sending() const;
    /// What arrives until the peer closes, or until `stop` was seen; waits 5 s at most.
    [[nodiscard]] std::string receive_until(std::string_view stop = {}) const;
    /// The peer has closed (or reset) and nothing more arrives; waits 5 s at most.
    [[nodiscard]] bool is_closed_by_peer() const;

  private:
    int socket_;
};

/// A listening socket on 127.0.0.1 with a free port; the test accepts by hand.
class RawListener {
  public:
    RawListener();
    ~RawListener();
    RawListener(const RawListener&) = delete;
    RawListener& operator=(const RawListener&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string url(std::string_view path = "/") const;
    [[nodiscard]] RawSocket accept() const;

  private:
    int socket_ = -1;
    std::uint16_t port_ = 0;
};

}  // namespace sluice::http::testing
