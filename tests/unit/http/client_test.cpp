#include "http/client.hpp"

#include <atomic>
#include <cstdlib>
#include <functional>
#include <future>
#include <latch>
#include <memory>
#include <sys/resource.h>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "http/blocking.hpp"
#include "http/io_thread.hpp"
#include "unit/http/raw_socket.hpp"
#include "unit/http/running_server.hpp"

namespace sluice::http {
namespace {

using std::chrono::milliseconds;
using testing::RawListener;
using testing::RawSocket;

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

std::future<ClientResult> begin(Client& client, ClientRequest request) {
    auto promise = std::make_shared<std::promise<ClientResult>>();
    client.send(std::move(request), [promise](ClientResult result) {
        promise->set_value(std::move(result));
    });
    return promise->get_future();
}

void expect_failure(const ClientResult& result, FailureStage stage, std::string_view code) {
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(to_string(result.error().stage), to_string(stage)) << result.error().message;
    EXPECT_EQ(result.error().code, code) << result.error().message;
}

/// A port on which nobody listens.
std::uint16_t free_port() { return RawListener().port(); }

TEST(IoThreads, AreLessUrgentThanWhoCommits) {
    const auto urgency = [] { return ::getpriority(PRIO_PROCESS, 0); };
    std::atomic<int> of_server = 0;
    std::atomic<int> of_client = 0;
    testing::RunningServer server(
        testing::quick_settings(),
        [&](const Request&, Responder responder) {
            of_server = urgency();
            responder.answer(Response{.status = 200, .headers = {}, .body = {}});
        }
    );
    Client client({.running_per_host_max = 1});
    std::promise<void> answered;

    client.send(ClientRequest{.method = "GET", .url = server.url("/")}, [&](const ClientResult&) {
        of_client = urgency();
        answered.set_value();
    });
    answered.get_future().wait();

    EXPECT_EQ(of_server, urgency() + kIoThreadNicer);
    EXPECT_EQ(of_client, urgency() + kIoThreadNicer);
}

TEST(HttpClient, SendsExactlyWhatItWasGiven) {
    const RawListener listener;
    Client client;
    auto answer = begin(
        client,
        {.method = "POST",
         .url = listener.url("/a/../b%7c|c?x=1|2"),
         .headers = {{"X-One", "1"}, {"Accept", "application/json"}},
         .body = "{}"}
    );

    const RawSocket peer = listener.accept();
    const std::string seen = peer.receive_until("{}");
    peer.send("HTTP/1.1 201 Created\r\nX-Two:  2 \r\nContent-Length: 2\r\n\r\nok");
    const ClientResult result = answer.get();

    EXPECT_TRUE(seen.starts_with("POST /a/../b%7c|c?x=1|2 HTTP/1.1\r\n")) << seen;
    EXPECT_NE(seen.find("X-One: 1\r\n"), std::string::npos);
    EXPECT_EQ(seen.find("Expect:"), std::string::npos);
    EXPECT_EQ(seen.find("Content-Type"), std::string::npos);
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->status, 201);
    EXPECT_EQ(result->headers.get_or_empty("x-two"), "2");
    EXPECT_EQ(result->body, "ok");
}

TEST(HttpClient, ReusesTheConnection) {
    const RawListener listener;
    Client client;
    auto first = begin(client, {.url = listener.url()});
    const RawSocket peer = listener.accept();
    ASSERT_FALSE(peer.receive_until("\r\n\r\n").empty());
    peer.send(kOk);
    ASSERT_TRUE(first.get().has_value());

    auto second = begin(client, {.url = listener.url()});
    ASSERT_FALSE(peer.receive_until("\r\n\r\n").empty());
    peer.send(kOk);

    EXPECT_TRUE(second.get().has_value());
}

TEST(HttpClient, CallsARefusedConnectionNotSent) {
    const std::string url = "http://127.0.0.1:" + std::to_string(free_port()) + "/";

    expect_failure(
        fetch({.method = "POST", .url = url, .body = "x"}), FailureStage::not_sent, "connect"
    );
}

TEST(HttpClient, CallsAnUnknownHostNotSent) {
    const ClientResult result = fetch({.url = "http://does-not-exist.invalid/"});

    expect_failure(result, FailureStage::not_sent, "dns");
}

TEST(HttpClient, CallsAFailedTlsHandshakeNotSent) {
    const RawListener listener;
    Client client;
    auto answer =
        begin(client, {.method = "POST", .url = "https" + listener.url().substr(4), .body = "x"});

    {
        const RawSocket peer = listener.accept();
        peer.send("this is not TLS at all\r\n\r\n");
    }

    const ClientResult result = answer.get();
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().stage, FailureStage::not_sent);
}

TEST(HttpClient, RefusesOtherSchemesAndCredentialsInTheUrl) {
    for (const char* url : {"file:///etc/passwd", "ftp://127.0.0.1/", "not a url", ""}) {
        expect_failure(fetch({.url = url}), FailureStage::not_sent, "bad_url");
    }
    const ClientResult result = fetch({.url = "http://user:pass@127.0.0.1:1/"});
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().stage, FailureStage::not_sent);
}

TEST(HttpClient, CallsAPeerThatClosesAfterReadingMaybeSent) {
    const RawListener listener;
    Client client;
    auto answer = begin(client, {.method = "POST", .url = listener.url(), .body = "money"});

    {
        const RawSocket peer = listener.accept();
        ASSERT_FALSE(peer.receive_until("money").empty());
    }

    expect_failure(answer.get(), FailureStage::maybe_sent, "closed");
}

TEST(HttpClient, CallsATimeoutAfterWritingMaybeSent) {
    const RawListener listener;
    const ClientResult result = fetch(
        {.method = "POST",
         .url = listener.url(),
         .body = "money",
         .total_timeout = milliseconds(1000)}
    );

    expect_failure(result, FailureStage::maybe_sent, "timeout");
}

TEST(HttpClient, CallsATimeoutWhileWaitingForAConnectionNotSent) {
    const RawListener listener;
    Client client({.running_per_host_max = 1});
    auto first = begin(client, {.url = listener.url(), .total_timeout = std::chrono::seconds(60)});
    const RawSocket peer = listener.accept();

    auto second = begin(
        client,
        {.method = "POST",
         .url = listener.url(),
         .body = "money",
         .total_timeout = milliseconds(150)}
    );

    expect_failure(second.get(), FailureStage::not_sent, "timeout");
    peer.send(kOk);
    EXPECT_TRUE(first.get().has_value());
}

/// The peer of a client that has one open, idle connection.
RawSocket peer_of_reused_connection(const RawListener& listener, Client& client) {
    auto first = begin(client, {.url = listener.url()});
    RawSocket peer = listener.accept();
    EXPECT_FALSE(peer.receive_until("\r\n\r\n").empty());
    peer.send(kOk);
    EXPECT_TRUE(first.get().has_value());
    return peer;
}

TEST(HttpClient, DoesNotRepeatAPostWhoseReusedConnectionDied) {
    const RawListener listener;
    Client client;
    std::future<ClientResult> answer;
    {
        const RawSocket peer = peer_of_reused_connection(listener, client);
        answer = begin(client, {.method = "POST", .url = listener.url(), .body = "money"});
        ASSERT_FALSE(peer.receive_until("money").empty());
    }

    expect_failure(answer.get(), FailureStage::maybe_sent, "closed");
    // curl has connected again by itself; not a byte of the request may follow.
    EXPECT_EQ(listener.accept().receive_until(), "");
}

TEST(HttpClient, RepeatsAGetWhoseReusedConnectionDied) {
    const RawListener listener;
    Client client;
    std::future<ClientResult> answer;
    {
        const RawSocket peer = peer_of_reused_connection(listener, client);
        answer = begin(client, {.url = listener.url("/again")});
        ASSERT_FALSE(peer.receive_until("\r\n\r\n").empty());
    }

    const RawSocket fresh = listener.accept();
    ASSERT_FALSE(fresh.receive_until("GET /again").empty());
    fresh.send(kOk);
    EXPECT_TRUE(answer.get().has_value());
}

TEST(HttpClient, UsesAFreshConnectionWhenTheIdleOneWasClosed) {
    const RawListener listener;
    Client client;
    {
        const RawSocket closed_while_idle = peer_of_reused_connection(listener, client);
    }

    auto answer = begin(client, {.method = "POST", .url = listener.url(), .body = "money"});
    const RawSocket fresh = listener.accept();
    ASSERT_FALSE(fresh.receive_until("money").empty());
    fresh.send(kOk);

    EXPECT_TRUE(answer.get().has_value());
}

TEST(HttpClient, GivesUpOnAnAnswerThatIsTooLarge) {
    const RawListener listener;
    Client client;
    auto answer = begin(client, {.url = listener.url(), .response_max_bytes = 10});

    const RawSocket peer = listener.accept();
    ASSERT_FALSE(peer.receive_until("\r\n\r\n").empty());
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n12345678901");

    expect_failure(answer.get(), FailureStage::maybe_sent, "too_large");
}

TEST(HttpClient, ForgetsABodyThatNobodyWantsWhateverItsSize) {
    const RawListener listener;
    Client client;
    auto answer = begin(
        client,
        {.url = listener.url(), .response_max_bytes = 10, .response_body = ResponseBody::dropped}
    );

    const RawSocket peer = listener.accept();
    ASSERT_FALSE(peer.receive_until("\r\n\r\n").empty());
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x'));
    const ClientResult result = answer.get();

    ASSERT_TRUE(result.has_value()) << result.error().message;
    EXPECT_EQ(result->status, 200);
    EXPECT_EQ(result->body, "");
}

TEST(HttpClient, GivesUpOnHeadersWithoutEnd) {
    const RawListener listener;
    Client client;
    auto answer = begin(client, {.url = listener.url()});

    const RawSocket peer = listener.accept();
    ASSERT_FALSE(peer.receive_until("\r\n\r\n").empty());
    peer.send("HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 100; ++i) {
        peer.send("X-Filler: " + std::string(1000, 'x') + "\r\n");
    }

    expect_failure(answer.get(), FailureStage::maybe_sent, "too_large");
}

TEST(HttpClient, DoesNotFollowRedirects) {
    const RawListener listener;
    Client client;
    auto answer = begin(client, {.url = listener.url()});

    const RawSocket peer = listener.accept();
    ASSERT_FALSE(peer.receive_until("\r\n\r\n").empty());
    peer.send("HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n");
    const ClientResult result = answer.get();

    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->status, 302);
}

TEST(HttpClient, EndsWhatIsUnderWayWhenItGoes) {
    const RawListener listener;
    std::future<ClientResult> answer;
    {
        Client client;
        answer = begin(client, {.method = "POST", .url = listener.url(), .body = "money"});
        const RawSocket peer = listener.accept();
        ASSERT_FALSE(peer.receive_until("money").empty());
    }

    const ClientResult result = answer.get();
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().stage, FailureStage::maybe_sent);
}

TEST(HttpClient, RunsTasksAndTheirExchangesOnOneThreadInTheOrderOfArrival) {
    const RawListener listener;
    Client client;
    std::vector<int> order;
    std::thread::id of_task;
    std::promise<std::thread::id> of_answer;

    ASSERT_TRUE(client.run([&] { order.push_back(1); }));
    ASSERT_TRUE(client.run([&] {
        order.push_back(2);
        of_task = std::this_thread::get_id();
        client.send({.url = listener.url()}, [&](const ClientResult& result) {
            EXPECT_TRUE(result.has_value());
            of_answer.set_value(std::this_thread::get_id());
        });
    }));
    const RawSocket peer = listener.accept();
    ASSERT_FALSE(peer.receive_until("\r\n\r\n").empty());
    peer.send(kOk);

    EXPECT_EQ(of_answer.get_future().get(), of_task);
    EXPECT_NE(of_task, std::this_thread::get_id());
    EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST(HttpClient, RunsATaskWhenItsTimeHasComeTheEarlierFirst) {
    using std::chrono::milliseconds;
    Client client;
    std::vector<int> order;
    std::promise<std::chrono::steady_clock::time_point> done;
    const auto begun = std::chrono::steady_clock::now();

    ASSERT_TRUE(client.run([&] {
        client.run_at(begun + milliseconds(30), [&] {
            order.push_back(2);
            done.set_value(std::chrono::steady_clock::now());
        });
        client.run_at(begun + milliseconds(10), [&] { order.push_back(1); });
    }));

    EXPECT_GE(done.get_future().get(), begun + milliseconds(30));
    EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST(HttpClient, DropsTheTasksWhoseTimeHasNotComeWhenItStops) {
    Client client;
    bool ran = false;
    const auto witness = std::make_shared<int>(0);
    std::promise<void> waits;
    ASSERT_TRUE(client.run([&] {
        const auto moment = std::chrono::steady_clock::now() + std::chrono::hours(1);
        client.run_at(moment, [&ran, witness] { ran = true; });
        waits.set_value();
    }));
    waits.get_future().wait();

    client.stop();

    EXPECT_FALSE(ran);
    EXPECT_EQ(witness.use_count(), 1);
}

TEST(HttpClient, LooksAtItsSocketsBetweenTasksWithoutEnd) {
    const RawListener listener;
    Client client;
    std::atomic<bool> is_answered = false;
    // Hands itself over again and again: the thread never runs out of tasks.
    std::function<void()> again = [&] {
        if (!is_answered) {
            static_cast<void>(client.run([&again] { again(); }));
        }
    };
    ASSERT_TRUE(client.run([&again] { again(); }));
    auto answer = begin(client, {.url = listener.url()});
    const RawSocket peer = listener.accept();
    ASSERT_FALSE(peer.receive_until("\r\n\r\n").empty());
    peer.send(kOk);

    const bool has_value = answer.get().has_value();
    is_answered = true;
    client.stop();

    EXPECT_TRUE(has_value);
}

TEST(HttpClient, TakesNothingMoreOnceItIsStopped) {
    Client client;
    client.stop();
    client.stop();
    bool ran = false;

    EXPECT_FALSE(client.run([&] { ran = true; }));
    const ClientResult result = fetch(client, {.url = "http://127.0.0.1:1/"});

    EXPECT_FALSE(ran);
    expect_failure(result, FailureStage::not_sent, "stopped");
    EXPECT_EQ(client.in_flight(), 0U);
}

TEST(HttpClient, DropsTheTasksThatHaveNotBegunWhenItStops) {
    Client client;
    std::promise<void> is_under_way;
    std::promise<void> may_end;
    bool ran = false;
    const auto witness = std::make_shared<int>(0);
    ASSERT_TRUE(client.run([&] {
        is_under_way.set_value();
        may_end.get_future().wait();
    }));
    is_under_way.get_future().wait();
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(client.run([&ran, witness] { ran = true; }));
    }

    std::thread stopping([&] { client.stop(); });
    // From the moment it takes nothing more, what waits is lost.
    while (client.run([] {})) {
        std::this_thread::yield();
    }
    may_end.set_value();
    stopping.join();

    EXPECT_FALSE(ran);
    EXPECT_EQ(witness.use_count(), 1);
}

TEST(HttpClient, CarriesAThousandExchangesOnOneThread) {
    constexpr std::size_t kExchanges = 1000;
    Server server({}, blocking([](const Request& request) {
                      return Response{.body = request.path};
                  }));
    ASSERT_TRUE(server.start().has_value());
    const std::string base = "http://127.0.0.1:" + std::to_string(server.port()) + "/";
    Client client({.running_per_host_max = 64});
    std::atomic<std::size_t> right = 0;
    std::latch done(kExchanges);

    for (std::size_t i = 0; i < kExchanges; ++i) {
        const std::string name = std::to_string(i);
        ClientRequest request{.method = "POST", .url = base + name, .body = name};
        request.connect_timeout = request.total_timeout = std::chrono::seconds(60);
        client.send(std::move(request), [&, name](auto result) {
            right += result && result->body == "/" + name ? 1U : 0U;
            done.count_down();
        });
    }
    done.wait();

    EXPECT_EQ(right, kExchanges);
    EXPECT_EQ(client.in_flight(), 0U);
}

}  // namespace
}  // namespace sluice::http
