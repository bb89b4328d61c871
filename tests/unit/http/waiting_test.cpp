#include <atomic>
#include <latch>
#include <optional>
#include <stdexcept>
#include <sys/resource.h>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/mutex.hpp"
#include "http/client.hpp"
#include "unit/http/running_server.hpp"

namespace sluice::http {
namespace {

using std::chrono::milliseconds;
using testing::post;
using testing::quick_settings;
using testing::RawSocket;
using testing::RunningServer;

/// Keeps what the handler is given, for the test to answer when it likes.
class Held {
  public:
    Handler handler() {
        return [this](Request request, Responder responder) {
            {
                const MutexLock lock(mutex_);
                held_.push_back({std::move(request), std::move(responder)});
            }
            arrived_.notify_all();
        };
    }
    void wait_for(std::size_t count) {
        const MutexLock lock(mutex_);
        while (held_.size() < count) {
            arrived_.wait(mutex_);
        }
    }
    /// With the body of its request.
    void answer(std::size_t index) {
        const MutexLock lock(mutex_);
        auto& [request, responder] = held_[index];
        responder.answer(Response{.body = "answer to " + request.body});
    }
    void drop_all() {
        const MutexLock lock(mutex_);
        held_.clear();
    }
    Responder take(std::size_t index) {
        const MutexLock lock(mutex_);
        return std::move(held_[index].responder);
    }

  private:
    struct Exchange {
        Request request;
        Responder responder;
    };
    Mutex mutex_;
    ConditionVariable arrived_;
    std::vector<Exchange> held_ SLUICE_GUARDED_BY(mutex_);
};

TEST(Responder, AnswersFromAnotherThreadLater) {
    Held held;
    const RunningServer server(quick_settings(), held.handler());
    const RawSocket socket = RawSocket::connect(server.port());
    socket.send(post("Content-Length: 1", "1"));
    held.wait_for(1);

    std::thread([&] { held.answer(0); }).join();

    EXPECT_NE(socket.receive_until("answer to 1").find("200 OK"), std::string::npos);
}

TEST(Responder, HasTheAnswerMadeOnTheThreadOfTheServer) {
    Held held;
    const RunningServer server(quick_settings(), held.handler());
    const RawSocket socket = RawSocket::connect(server.port());
    socket.send(post("Content-Length: 0"));
    held.wait_for(1);

    std::atomic<std::thread::id> made_on{};
    held.take(0).answer([&] {
        made_on = std::this_thread::get_id();
        return Response{.body = "made"};
    });

    EXPECT_FALSE(socket.receive_until("made").empty());
    EXPECT_NE(made_on.load(), std::this_thread::get_id());
}

TEST(Responder, AnswersPipelinedRequestsInTheirOrderWhateverIsReadyFirst) {
    Held held;
    const RunningServer server(quick_settings(), held.handler());
    const RawSocket socket = RawSocket::connect(server.port());
    socket.send(post("Content-Length: 1", "1"));
    held.wait_for(1);
    socket.send(post("Content-Length: 1", "2") + post("Content-Length: 1", "3"));
    held.wait_for(3);

    held.answer(2);
    held.answer(1);
    held.answer(0);
    const std::string answers = socket.receive_until("answer to 3");

    EXPECT_LT(answers.find("answer to 1"), answers.find("answer to 2"));
    EXPECT_LT(answers.find("answer to 2"), answers.find("answer to 3"));
}

TEST(Responder, TellsAFaultOfOursWhenItIsDropped) {
    Held held;
    const RunningServer server(quick_settings(), held.handler());
    const RawSocket socket = RawSocket::connect(server.port());
    socket.send(post("Content-Length: 0\r\nConnection: close"));
    held.wait_for(1);

    held.drop_all();
    const std::string answer = socket.receive_until();

    EXPECT_TRUE(answer.starts_with("HTTP/1.1 500")) << answer;
    EXPECT_NE(answer.find("a fault of ours"), std::string::npos) << answer;
}

TEST(Responder, TellsAFaultOfOursWhenTheHandlerOrTheAnswerThrows) {
    const RunningServer server(quick_settings(), [](const Request& request, Responder responder) {
        if (request.path == "/at-once") {
            throw std::runtime_error("never told");
        }
        responder.answer([]() -> Response { throw std::runtime_error("never told"); });
    });

    for (const std::string path : {"/at-once", "/later"}) {
        const std::string answer =
            server.answer_to("GET " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 500")) << answer;
        EXPECT_EQ(answer.find("never told"), std::string::npos);
    }
}

TEST(Responder, GivesUpAtItsDeadlineAndForgetsWhatComesLater) {
    Held held;
    const RunningServer server(quick_settings(), held.handler());
    const RawSocket socket = RawSocket::connect(server.port());
    socket.send(post("Content-Length: 1", "1"));
    held.wait_for(1);
    Responder responder = held.take(0);

    responder.give_up_at(std::chrono::steady_clock::now(), [] {
        return Response{.body = "gave up"};
    });
    EXPECT_FALSE(socket.receive_until("gave up").empty());
    responder.answer(Response{.body = "too late"});
    socket.send(post("Content-Length: 1", "2"));
    held.wait_for(2);
    held.answer(1);

    EXPECT_EQ(socket.receive_until("answer to 2").find("too late"), std::string::npos);
}

TEST(Responder, AnswersIntoNothingWhenTheCallerOrTheServerHasGone) {
    Held held;
    std::optional<Responder> outlives;
    {
        RunningServer server(quick_settings(), held.handler());
        {
            const RawSocket socket = RawSocket::connect(server.port());
            socket.send(post("Content-Length: 1", "1"));
            held.wait_for(1);
        }
        held.answer(0);
        const RawSocket another = RawSocket::connect(server.port());
        another.send(post("Content-Length: 1", "2"));
        held.wait_for(2);
        outlives = held.take(1);
        outlives->give_up_at(std::chrono::steady_clock::now(), [] { return Response{}; });
        EXPECT_FALSE(another.receive_until("200 OK").empty());
    }

    outlives->answer(Response{.body = "nowhere"});
}

TEST(HttpServer, StopsWhenEveryRequestItTookIsAnswered) {
    Held held;
    RunningServer server(quick_settings(), held.handler());
    const RawSocket first = RawSocket::connect(server.port());
    const RawSocket second = RawSocket::connect(server.port());
    first.send(post("Content-Length: 1", "1"));
    held.wait_for(1);
    second.send(post("Content-Length: 1", "2"));
    held.wait_for(2);

    std::atomic<bool> stopped = false;
    std::thread stopper([&] {
        server->stop();
        stopped = true;
    });
    held.answer(0);
    const std::string answer = first.receive_until();
    EXPECT_FALSE(stopped);
    held.answer(1);
    stopper.join();

    EXPECT_TRUE(answer.ends_with("answer to 1")) << answer;
    EXPECT_TRUE(second.receive_until().ends_with("answer to 2"));
}

TEST(HttpServer, HoldsAThousandCallersThatWait) {
    constexpr std::size_t kCallers = 1000;
    rlimit files{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &files), 0);
    files.rlim_cur = files.rlim_max;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &files), 0);
    Held held;
    ServerSettings settings = quick_settings();
    settings.read_timeout = milliseconds(5000);
    const RunningServer server(settings, held.handler());
    Client client({.running_per_host_max = kCallers});
    std::atomic<std::size_t> succeeded = 0;
    std::latch done(kCallers);

    for (std::size_t i = 0; i < kCallers; ++i) {
        ClientRequest request{.method = "POST", .url = server.url("/x"), .body = "b"};
        request.connect_timeout = request.total_timeout = std::chrono::seconds(60);
        client.send(std::move(request), [&](auto result) {
            succeeded += result && result->body == "answer to b" ? 1U : 0U;
            done.count_down();
        });
    }
    held.wait_for(kCallers);
    for (std::size_t i = 0; i < kCallers; ++i) {
        held.answer(i);
    }
    done.wait();

    EXPECT_EQ(succeeded, kCallers);
}

TEST(HttpServer, TakesAsManyConnectionsAsItMayAndTheNextWhenOneCloses) {
    ServerSettings settings = quick_settings();
    settings.connections_max = 1;
    const RunningServer server(settings);
    std::optional<RawSocket> first = RawSocket::connect(server.port());
    first->send(post("Content-Length: 1", "1"));
    ASSERT_FALSE(first->receive_until("POST /p 1").empty());
    const RawSocket second = RawSocket::connect(server.port());
    second.send(post("Content-Length: 1", "2"));
    first->send(post("Content-Length: 1", "3"));
    ASSERT_FALSE(first->receive_until("POST /p 3").empty());

    first.reset();

    EXPECT_FALSE(second.receive_until("POST /p 2").empty());
}

}  // namespace
}  // namespace sluice::http
