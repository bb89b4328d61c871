#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "http/server.hpp"
#include "unit/http/raw_socket.hpp"

namespace sluice::http::testing {

inline ServerSettings quick_settings() {
    ServerSettings settings;
    settings.body_max_bytes = 1000;
    settings.read_timeout = std::chrono::milliseconds(300);
    return settings;
}

inline void echo(const Request& request, Responder responder) {
    responder.answer(Response{
        .status = 200,
        .headers = {{"Content-Type", "text/plain"}},
        .body = request.method + " " + request.target + " " + request.body
    });
}

/// "POST /p" as the bytes of a request.
inline std::string post(std::string_view framing, std::string_view body = {}) {
    return "POST /p HTTP/1.1\r\nHost: x\r\n" + std::string(framing) + "\r\n\r\n" +
           std::string(body);
}

class RunningServer {
  public:
    explicit RunningServer(ServerSettings settings = quick_settings(), Handler handler = echo)
        : server_(std::move(settings), std::move(handler)) {
        const auto started = server_.start();
        EXPECT_TRUE(started.has_value());
    }
    Server* operator->() { return &server_; }
    [[nodiscard]] std::uint16_t port() const { return server_.port(); }
    [[nodiscard]] std::string url(std::string_view path) const {
        return "http://127.0.0.1:" + std::to_string(port()) + std::string(path);
    }
    [[nodiscard]] std::string answer_to(std::string_view text) const {
        const RawSocket socket = RawSocket::connect(port());
        socket.send(text);
        return socket.receive_until();
    }

  private:
    Server server_;
};

}  // namespace sluice::http::testing
