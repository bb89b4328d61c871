#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "http/blocking.hpp"
#include "http/client.hpp"
#include "unit/http/running_server.hpp"

namespace sluice::http {
namespace {

using std::chrono::milliseconds;
using testing::echo;
using testing::post;
using testing::quick_settings;
using testing::RawSocket;
using testing::RunningServer;

TEST(HttpServer, HandsTheRawTargetAndItsHalvesToTheHandler) {
    Request seen;
    const RunningServer server(quick_settings(), [&](Request request, Responder responder) {
        seen = std::move(request);
        responder.answer(Response{.status = 204});
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

TEST(HttpServer, HandsOverAFoldedHeaderAsOneLineAndRepeatedOnesInOrder) {
    const RunningServer server(quick_settings(), [](const Request& request, Responder responder) {
        std::string all;
        for (const auto& [name, value] : request.headers) {
            all += equal_ignoring_case(name, "X-Part") ? "[" + value + "]" : "";
        }
        responder.answer(Response{.status = 200, .headers = {}, .body = all});
    });

    const std::string answer = server.answer_to(
        post("X-Part: one;\r\n  two\r\nX-Other: a\r\nx-part: three\r\nConnection: close")
    );

    EXPECT_TRUE(answer.ends_with("[one; two][three]")) << answer;
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

std::string many(std::string_view text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) {
        all += text;
    }
    return all;
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
    const RunningServer server(quick_settings(), [&](const Request& request, Responder responder) {
        ++handled;
        echo(request, std::move(responder));
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
        Refusal{
            "chunks in an old version",
            "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
            "Transfer-Encoding is given in HTTP/1.0"
        },
        Refusal{"another protocol", "\x16\x03\x01", 400, "wanted METHOD ADDRESS HTTP/1.1"},
        Refusal{"blank before colon", post("X : y"), 400, "wanted METHOD ADDRESS HTTP/1.1"},
        Refusal{
            "endless chunk line",
            post("Transfer-Encoding: chunked", std::string(9'000, '0')),
            400,
            "the chunks of the body cannot be read"
        },
        Refusal{
            "second transfer",
            post("Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip", "0\r\n\r\n"),
            400,
            ", wanted "
        },
        Refusal{
            "many small headers",
            "GET / HTTP/1.1\r\nHost: h\r\n" + many("X: y\r\n", 11'000) + "\r\n",
            431,
            "too long, wanted at most "
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
    ServerSettings settings = quick_settings();
    settings.read_timeout = std::chrono::seconds(10);
    const RunningServer server(settings);

    const std::string refused =
        server.answer_to(post("Expect: 100-continue\r\nContent-Length: 1001"));
    const RawSocket socket = RawSocket::connect(server.port());
    socket.send(post("Expect: 100-continue\r\nConnection: close\r\nContent-Length: 2"));
    const std::string invited = socket.receive_until("\r\n\r\n");
    socket.send("ab");
    const std::string taken = socket.receive_until();

    EXPECT_EQ(refused.find("100 Continue"), std::string::npos) << refused;
    EXPECT_EQ(invited, "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_TRUE(taken.ends_with("POST /p ab")) << taken;
}

TEST(HttpServer, TellsHowLongItReallyKeepsAConnection) {
    ServerSettings settings = quick_settings();
    settings.keep_alive_timeout = std::chrono::seconds(7);
    settings.keep_alive_max = 42;
    const RunningServer server(settings);

    const auto answer = fetch({.url = server.url("/")});

    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->headers.get_or_empty("Keep-Alive"), "timeout=7, max=42");
}

TEST(HttpServer, FramesTheAnswerItself) {
    const RunningServer server(quick_settings(), [](const Request&, Responder responder) {
        responder.answer(Response{
            .headers =
                {{"content-length", "99"},
                 {"Transfer-Encoding", "chunked"},
                 {"X-Evil", "a\r\nX-Injected: b"},
                 {"X-Good", "c"}},
            .body = "body"
        });
    });

    const std::string answer = server.answer_to(post("Content-Length: 0\r\nConnection: close"));

    EXPECT_EQ(
        answer, "HTTP/1.1 200 OK\r\nX-Good: c\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody"
    );
}

TEST(HttpServer, AnswersHeadWithoutABody) {
    const RunningServer server;

    const std::string answer =
        server.answer_to("HEAD /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

    EXPECT_NE(answer.find("Content-Length: 8\r\n"), std::string::npos) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST(HttpServer, KeepsAnOldConnectionOnlyWhenAsked) {
    const RunningServer server;

    const std::string closed = server.answer_to("GET /x HTTP/1.0\r\n\r\n");
    const RawSocket kept = RawSocket::connect(server.port());
    for (int i = 0; i < 2; ++i) {
        kept.send("GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        EXPECT_NE(kept.receive_until("GET /x").find("Connection: keep-alive"), std::string::npos);
    }

    EXPECT_NE(closed.find("Connection: close"), std::string::npos) << closed;
}

TEST(HttpServer, DoesNotTakeATrailerForAHeader) {
    Request seen;
    const RunningServer server(quick_settings(), [&](Request request, Responder responder) {
        seen = std::move(request);
        responder.answer(Response{.status = 204});
    });

    const std::string answer = server.answer_to(
        post("Transfer-Encoding: chunked\r\nConnection: close", "1\r\na\r\n0\r\nX-Late: 1\r\n\r\n")
    );

    EXPECT_TRUE(answer.starts_with("HTTP/1.1 204")) << answer;
    EXPECT_EQ(seen.body, "a");
    EXPECT_FALSE(seen.headers.has("X-Late"));
}

TEST(HttpServer, AnswersACallerThatSaysNothingMore) {
    const RunningServer server;
    const RawSocket socket = RawSocket::connect(server.port());

    socket.send(post("Content-Length: 2", "ab"));
    socket.end_sending();

    EXPECT_TRUE(socket.receive_until().ends_with("POST /p ab"));
}

TEST(HttpServer, TellsThatTheBodyIsCutShort) {
    ServerSettings settings = quick_settings();
    settings.read_timeout = std::chrono::seconds(10);
    const RunningServer server(settings);
    const RawSocket socket = RawSocket::connect(server.port());

    socket.send(post("Content-Length: 10", "ab"));
    socket.end_sending();

    EXPECT_NE(socket.receive_until().find("ended before the announced body"), std::string::npos);
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
    const RunningServer server(quick_settings(), [](const Request&, Responder responder) {
        responder.answer(Response{
            .headers = {{"Content-Type", "application/json"}}, .body = std::string(2000, 'j')
        });
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
    const RunningServer server(quick_settings(), [](const Request&, Responder responder) {
        responder.answer(Response{.status = Response::kCutConnection, .body = "never seen"});
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

TEST(HttpServer, StopsAtOnceWithIdleConnections) {
    RunningServer server;
    const RawSocket idle = RawSocket::connect(server.port());
    idle.send(post("Content-Length: 0"));
    ASSERT_FALSE(idle.receive_until("POST /p").empty());

    const auto began = std::chrono::steady_clock::now();
    server->stop();

    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(30)) << "of 75";
    EXPECT_TRUE(idle.is_closed_by_peer());
}

}  // namespace
}  // namespace sluice::http
