#include "http/blocking.hpp"

#include <latch>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "unit/http/running_server.hpp"

namespace sluice::http {
namespace {

using testing::post;
using testing::quick_settings;
using testing::RawSocket;
using testing::RunningServer;

TEST(WorkThreads, RunEveryJobOnAsManyThreadsAsTheyMay) {
    std::latch together(3);
    std::atomic<int> ran = 0;
    WorkThreads threads({.threads_max = 3});

    for (int job = 0; job < 3; ++job) {
        threads.run([&] {
            together.arrive_and_wait();
            ++ran;
        });
    }
    threads.run([&] { ++ran; });
    threads.join();

    EXPECT_EQ(ran, 4);
}

TEST(WorkThreads, HaveRoomUntilTheLineIsFull) {
    std::latch running(1);
    std::latch end(1);
    WorkThreads threads({.threads_max = 1, .waiting_max = 1});
    threads.run([&] {
        running.count_down();
        end.wait();
    });
    running.wait();

    EXPECT_TRUE(threads.has_room());
    threads.run([] {});
    EXPECT_FALSE(threads.has_room());

    end.count_down();
}

TEST(BlockingHandler, AnswersFromThreadsOfItsOwn) {
    std::atomic<std::thread::id> served_on{};
    const RunningServer server(quick_settings(), blocking([&](const Request& request) {
                                   served_on = std::this_thread::get_id();
                                   return Response{.body = request.body};
                               }));

    const std::string answer =
        server.answer_to(post("Content-Length: 2\r\nConnection: close", "ab"));

    EXPECT_TRUE(answer.ends_with("\r\n\r\nab")) << answer;
    EXPECT_NE(served_on.load(), std::thread::id{});
}

TEST(BlockingHandler, AnswersWhatItsFunctionThrowsWith500) {
    const RunningServer server(quick_settings(), blocking([](const Request&) -> Response {
                                   throw std::runtime_error("never told");
                               }));

    const std::string answer = server.answer_to(post("Content-Length: 0\r\nConnection: close"));

    EXPECT_TRUE(answer.starts_with("HTTP/1.1 500")) << answer;
    EXPECT_EQ(answer.find("never told"), std::string::npos);
}

TEST(BlockingHandler, SendsAwayWhomItsLineHasNoRoomFor) {
    std::latch running(1);
    std::latch end(1);
    RunningServer server(
        quick_settings(),
        blocking(
            [&](const Request&) {
                running.count_down();
                end.wait();
                return Response{};
            },
            {.threads_max = 1, .waiting_max = 0}
        )
    );
    const RawSocket first = RawSocket::connect(server.port());
    first.send(post("Content-Length: 0"));
    running.wait();

    const std::string answer = server.answer_to(post("Content-Length: 0\r\nConnection: close"));
    end.count_down();

    EXPECT_TRUE(answer.starts_with("HTTP/1.1 503")) << answer;
    EXPECT_NE(answer.find("Retry-After: 1"), std::string::npos) << answer;
}

}  // namespace
}  // namespace sluice::http
