#include "http/server.hpp"

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "http/client.hpp"
#include "unit/http/raw_socket.hpp"

namespace sluice::http {
namespace {

using std::chrono::milliseconds;
using testing::RawSocket;

ServerSettings quick_settings() {
    ServerSettings settings;
    settings.threads = 32;
    settings.body_max_bytes = 1000;
    settings.read_timeout = milliseconds(300);
    return settings;
}

Response echo(const Request& request) {
    return {
        .status = 200,
        .headers = {{"Content-Type", "text/plain"}},
        .body = request.method + " " + request.target + " " + request.body
    };
}

class RunningServer {
  public:
    explicit RunningServer(ServerSettings settings = quick_settings(), Handler handler = echo)
        : server_(std::move(settings), std::move(handler)) {
        const auto started = server_.start();
        EXPECT_TRUE(started.has_value());
    }
    Server& operator*() { return server_; }
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

std::string post(std::string_view framing, std::string_view body = {}) {
    return "POST /p HTTP/1.1\r\nHost: x\r\n" + std::string(framing) + "\r\n\r\n" +
           std::string(body);
}

TEST(HttpServer, HandsTheRawTargetAndItsHalvesToTheHandler) {
    Request seen;
    const RunningServer server(quick_settings(), [&](const Request& request) {
        seen = request;
        return Response{.status = 204};
    });

    const std::string answer = server.answer_to(
        "GET /a%2Fb/c?x=1%7C2&y HTTP/1.1\r\nHost: h\r\nX-One: 1\r\nConnection: close\r\n\r\n"
    );

    EXPECT_TRUE(answer.starts_with("HTTP/1.1 204")) << answer;
    EXPECT_EQ(seen.target, "/a%2Fb/c?x=1%7C2&y");
    EXPECT_EQ(seen.path, "/a%2Fb/c");
    EXPECT_EQ(seen.query, "x=1%7C2&y");
    EXPECT_EQ(seen.headers.get_or_empty("x-one"), "1");
    EXPECT_EQ(seen.remote_address, "127.0.0.1");
    EXPECT_EQ(seen.headers.find("REMOTE_ADDR"), nullptr);
}

TEST(HttpServer, ServesManyRequestsOnOneConnection) {
    const RunningServer server;
    const RawSocket socket = RawSocket::connect(server.port());

    for (int i = 0; i < 5; ++i) {
        socket.send(post("Content-Length: 2", "ab"));
        EXPECT_NE(socket.receive_until("POST /p ab").find("200 OK"), std::string::npos);
    }
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
    const RunningServer server;
    const RawSocket socket = RawSocket::connect(server.port());

    socket.send(post("Content-Length: 1", "1") + post("Content-Length: 1", "2"));
    const std::string answer = socket.receive_until("POST /p 2");

    EXPECT_LT(answer.find("POST /p 1"), answer.find("POST /p 2"));
}

TEST(HttpServer, TakesAPostWithoutBodyAtOnce) {
    const RunningServer server;

    const std::string answer = server.answer_to(post("Connection: close"));

    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200"));
}

TEST(HttpServer, ReadsChunkedBodies) {
    const RunningServer server;

    const std::string answer = server.answer_to(post(
        "Transfer-Encoding: chunked\r\nConnection: close", "3\r\nabc\r\n1;x=y\r\nd\r\n0\r\n\r\n"
    ));

    EXPECT_TRUE(answer.ends_with("POST /p abcd")) << answer;
}

struct Refusal {
    const char* what;
    std::string text;
    int status;
    const char* detail;
};

class HttpServerRefuses : public ::testing::TestWithParam<Refusal> {};

TEST_P(HttpServerRefuses, WithAStatusAndCloses) {
    std::atomic<int> handled = 0;
    const RunningServer server(quick_settings(), [&](const Request& request) {
        ++handled;
        return echo(request);
    });

    const std::string answer = server.answer_to(GetParam().text);

    EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + std::to_string(GetParam().status))) << answer;
    EXPECT_NE(answer.find(GetParam().detail), std::string::npos) << answer;
    EXPECT_NE(answer.find("Content-Type: application/problem+json"), std::string::npos) << answer;
    EXPECT_EQ(handled, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    HttpServerRefuses,
    ::testing::Values(
        Refusal{
            "body over the limit",
            post("Content-Length: 1001"),
            413,
            "the body has 1001 bytes, wanted at most 1000"
        },
        Refusal{
            "chunks over the limit",
            post("Transfer-Encoding: chunked", "300\r\n" + std::string(768, 'x') + "\r\n300\r\n"),
            413,
            "the body is too large, wanted at most 1000 bytes"
        },
        Refusal{
            "slow body",
            post("Content-Length: 10", "abc"),
            408,
            "the request did not arrive within "
        },
        Refusal{
            "slow head", "POST /p HTTP/1.1\r\nHost:", 408, "the request did not arrive within "
        },
        Refusal{
            "two lengths",
            post("Content-Length: 1\r\nContent-Length: 2", "ab"),
            400,
            "wanted one whole number of bytes"
        },
        Refusal{
            "length and chunks",
            post("Content-Length: 1\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
            400,
            "both given, wanted one of them"
        },
        Refusal{
            "negative length",
            post("Content-Length: -1"),
            400,
            "Content-Length is '-1', wanted one whole number"
        },
        Refusal{
            "broken chunk",
            post("Transfer-Encoding: chunked", "zz\r\n"),
            400,
            "the chunks of the body cannot be read"
        },
        Refusal{
            "compressed body",
            post("Content-Length: 1\r\nContent-Encoding: gzip", "x"),
            415,
            "Content-Encoding is 'gzip', wanted none"
        },
        Refusal{"no request line", "nonsense\r\n\r\n", 400, "wanted METHOD ADDRESS HTTP/1.1"},
        Refusal{
            "huge head",
            "GET / HTTP/1.1\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n",
            431,
            "too long, wanted at most "
        },
        Refusal{
            "other transfer",
            post("Transfer-Encoding: gzip"),
            400,
            "Transfer-Encoding is 'gzip', wanted chunked"
        },
        Refusal{
            "expected body over the limit",
            post("Expect: 100-continue\r\nContent-Length: 1001"),
            413,
            "has 1001 bytes"
        },
        Refusal{"no host", "GET / HTTP/1.1\r\nX: y\r\n\r\n", 400, "Host is missing"},
        Refusal{
            "control character",
            post(std::string("X: a\0b", 6) + "\r\nContent-Length: 0"),
            400,
            "the header X holds a control character"
        },
        Refusal{
            "huge target",
            "GET /" + std::string(9'000, 'x') + " HTTP/1.1\r\n\r\n",
            414,
            "the address is too long, wanted at most 8192 bytes"
        }
    ),
    [](const auto& row) {
        std::string name = row.param.what;
        for (char& c : name) {
            c = c == ' ' ? '_' : c;
        }
        return name;
    }
);

TEST(HttpServer, SaysContinueOnlyToABodyItWillTake) {
    const RunningServer server;

    const std::string refused =
        server.answer_to(post("Expect: 100-continue\r\nContent-Length: 1001"));
    const std::string taken = server.answer_to(
        post("Expect: 100-continue\r\nConnection: close\r\nContent-Length: 2", "ab")
    );

    EXPECT_EQ(refused.find("100 Continue"), std::string::npos) << refused;
    EXPECT_TRUE(taken.starts_with("HTTP/1.1 100 Continue\r\n")) << taken;
    EXPECT_TRUE(taken.ends_with("POST /p ab")) << taken;
}

TEST(HttpServer, TellsHowLongItReallyKeepsAConnection) {
    ServerSettings settings = quick_settings();
    settings.keep_alive_timeout = std::chrono::seconds(7);
    settings.keep_alive_max = 42;
    const RunningServer server(settings, echo);

    const auto answer = fetch({.url = server.url("/")});

    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->headers.get_or_empty("Keep-Alive"), "timeout=7, max=42");
}

TEST(HttpServer, AsksTheHookForProtocolErrors) {
    Server server(quick_settings(), echo);
    server.on_protocol_error([](const ProtocolError& error) {
        return Response{
            .status = error.status,
            .headers = {{"Content-Type", "application/problem+json"}},
            .body = error.detail
        };
    });
    ASSERT_TRUE(server.start().has_value());

    const auto answer = fetch(
        {.method = "POST",
         .url = "http://127.0.0.1:" + std::to_string(server.port()) + "/",
         .body = std::string(1001, 'x')}
    );

    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_EQ(answer->status, 413);
    EXPECT_EQ(answer->body, "the body has 1001 bytes, wanted at most 1000");
    EXPECT_EQ(answer->headers.get_or_empty("content-type"), "application/problem+json");
}

TEST(HttpServer, NeverCompressesNorCutsAnAnswerToARange) {
    const RunningServer server(quick_settings(), [](const Request&) {
        return Response{
            .headers = {{"Content-Type", "application/json"}}, .body = std::string(2000, 'j')
        };
    });

    const auto answer = fetch(
        {.url = server.url("/"),
         .headers = {{"Accept-Encoding", "gzip, br"}, {"Range", "bytes=0-9"}}}
    );

    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body.size(), 2000U);
}

TEST(HttpServer, CutsTheConnectionWithoutAByteWhenTheHandlerSaysSo) {
    const RunningServer server(quick_settings(), [](const Request&) {
        return Response{.status = Response::kCutConnection, .body = "never seen"};
    });

    EXPECT_EQ(server.answer_to(post("Content-Length: 0")), "");
}

TEST(HttpServer, NamesTheAddressThatIsInUse) {
    const RunningServer first;
    ServerSettings settings = quick_settings();
    settings.port = first.port();
    Server second(settings, echo);

    const auto started = second.start();

    ASSERT_FALSE(started.has_value());
    EXPECT_EQ(started.error().code, ErrorCode::unavailable);
    EXPECT_NE(
        started.error().message.find("127.0.0.1:" + std::to_string(first.port())), std::string::npos
    );
    EXPECT_NE(started.error().message.find("already in use"), std::string::npos)
        << started.error().message;
}

TEST(HttpServer, AnswersARunningRequestBeforeItStops) {
    std::latch running(1);
    std::latch release(1);
    RunningServer server(quick_settings(), [&](const Request& request) {
        running.count_down();
        release.wait();
        return echo(request);
    });
    const RawSocket socket = RawSocket::connect(server.port());
    socket.send(post("Content-Length: 2", "ab"));
    running.wait();

    std::thread stopper([&] { (*server).stop(); });
    release.count_down();
    const std::string answer = socket.receive_until();
    stopper.join();

    EXPECT_TRUE(answer.ends_with("POST /p ab"));
}

TEST(HttpServer, StopsAtOnceWithIdleConnections) {
    RunningServer server;
    const RawSocket idle = RawSocket::connect(server.port());
    idle.send(post("Content-Length: 0"));
    ASSERT_FALSE(idle.receive_until("POST /p").empty());

    const auto began = std::chrono::steady_clock::now();
    (*server).stop();

    EXPECT_LT(std::chrono::steady_clock::now() - began, milliseconds(2000));
    EXPECT_TRUE(idle.is_closed_by_peer());
}

TEST(HttpServer, GivesTheThreadOfAnIdleConnectionToOneThatWaits) {
    ServerSettings settings = quick_settings();
    settings.threads = 1;
    const RunningServer server(settings);
    const RawSocket idle = RawSocket::connect(server.port());
    idle.send(post("Content-Length: 0"));
    ASSERT_FALSE(idle.receive_until("POST /p").empty());

    const RawSocket waiting = RawSocket::connect(server.port());
    waiting.send(post("Content-Length: 0"));

    EXPECT_FALSE(waiting.receive_until("POST /p").empty());
}

TEST(HttpServer, ServesThreeHundredConnectionsAtOnce) {
    constexpr std::size_t kClients = 300;
    std::latch everyone(kClients);
    ServerSettings settings = quick_settings();
    settings.threads = kClients;
    settings.read_timeout = milliseconds(5000);
    const RunningServer server(settings, [&](const Request& request) {
        everyone.arrive_and_wait();
        return echo(request);
    });
    Client client({.running_per_host_max = kClients});
    std::atomic<std::size_t> succeeded = 0;
    std::latch done(kClients);

    for (std::size_t i = 0; i < kClients; ++i) {
        client.send({.method = "POST", .url = server.url("/x"), .body = "b"}, [&](auto result) {
            succeeded += result && result->status == 200 ? 1U : 0U;
            done.count_down();
        });
    }
    done.wait();

    EXPECT_EQ(succeeded, kClients);
}

}  // namespace
}  // namespace sluice::http
