// By which way requests leave, and whose word is taken for who answers: over real sockets.
#include "http/egress.hpp"

#include <cstdio>
#include <fstream>
#include <future>
#include <string>
#include <unistd.h>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/blocking.hpp"
#include "http/client.hpp"
#include "support/tls_peer.hpp"
#include "support/tunnel_proxy.hpp"
#include "unit/http/running_server.hpp"

namespace sluice::http {
namespace {

using sluice::testing::TestAuthority;
using sluice::testing::TlsPeer;
using sluice::testing::TunnelProxy;
using sluice::testing::TunnelRules;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr std::string_view kPassword = "open sesame";
constexpr std::string_view kCredentials = "c2hvcDpvcGVuIHNlc2FtZQ==";  // shop:open sesame

std::shared_ptr<const Egress> trusting(const TestAuthority& authority) {
    return std::make_shared<const Egress>(Egress{.ca_certificates = authority.certificate()});
}

Proxy by(const TunnelProxy& proxy) { return {.url = proxy.url()}; }

Proxy by(const TunnelProxy& proxy, std::string_view password) {
    return {proxy.url(), "shop", Secret<std::string>(std::string(password))};
}

std::shared_ptr<const Egress> through(Proxy proxy) {
    return std::make_shared<const Egress>(Egress{.proxy = std::move(proxy)});
}

ClientRequest money_to(const std::string& url, std::shared_ptr<const Egress> egress) {
    return {
        .method = "POST",
        .url = url,
        .headers = {{"Authorization", "a signature"}},
        .body = "money",
        .egress = std::move(egress)
    };
}

void expect_end(const ClientResult& result, FailureStage stage, std::string_view code) {
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(to_string(result.error().stage), to_string(stage)) << result.error().message;
    EXPECT_EQ(result.error().code, code) << result.error().message;
    EXPECT_THAT(result.error().message, Not(HasSubstr(kPassword)));
    EXPECT_THAT(result.error().message, Not(HasSubstr(kCredentials)));
}

TEST(Egress, TrustsThePinnedAuthorityAndNoOther) {
    const TestAuthority own("own");
    const TestAuthority other("other");
    const TlsPeer peer(own.issue());

    const ClientResult right = fetch(money_to(peer.url("/pay"), trusting(own)));
    const ClientResult wrong = fetch(money_to(peer.url("/pay"), trusting(other)));
    const ClientResult none = fetch(money_to(peer.url("/pay"), nullptr));

    ASSERT_TRUE(right.has_value()) << right.error().message;
    EXPECT_EQ(right->body, "ok");
    expect_end(wrong, FailureStage::not_sent, "tls");
    expect_end(none, FailureStage::not_sent, "tls");
    EXPECT_EQ(peer.requests(), 1U);
}

TEST(Egress, ThePinnedAuthorityStandsInThePlaceOfTheClients) {
    const TestAuthority of_client("of the client");
    const TestAuthority pinned("pinned");
    const TlsPeer peer(of_client.issue());
    const std::string file =
        ::testing::TempDir() + "egress_ca_" + std::to_string(::getpid()) + ".pem";
    std::ofstream(file) << of_client.certificate();
    Client client({.ca_file = file});

    const ClientResult plain = fetch(client, money_to(peer.url("/"), nullptr));
    const ClientResult wrong = fetch(client, money_to(peer.url("/"), trusting(pinned)));
    const ClientResult again = fetch(client, money_to(peer.url("/"), nullptr));
    std::remove(file.c_str());

    EXPECT_TRUE(plain.has_value());
    expect_end(wrong, FailureStage::not_sent, "tls");
    EXPECT_TRUE(again.has_value());
}

TEST(Egress, ShowsItsCertificateToAServerThatAsks) {
    const TestAuthority own("own");
    const TestAuthority clients("clients");
    const TestAuthority strangers("strangers");
    const TlsPeer peer(own.issue(), clients.certificate());
    const auto showing = [&](const sluice::testing::TestCertificate& shown) {
        return std::make_shared<const Egress>(Egress{
            .ca_certificates = own.certificate(),
            .client_certificate = shown.certificate,
            .client_key = Secret<std::string>(shown.key)
        });
    };
    Client client;

    const ClientResult nobody = fetch(client, money_to(peer.url("/"), trusting(own)));
    const ClientResult stranger =
        fetch(client, money_to(peer.url("/"), showing(strangers.issue())));
    EXPECT_EQ(peer.requests(), 0U);
    const ClientResult known = fetch(client, money_to(peer.url("/"), showing(clients.issue())));
    const ClientResult nobody_again = fetch(client, money_to(peer.url("/"), trusting(own)));

    EXPECT_FALSE(nobody.has_value());
    EXPECT_FALSE(stranger.has_value());
    ASSERT_TRUE(known.has_value()) << known.error().message;
    EXPECT_EQ(known->body, "ok");
    EXPECT_FALSE(nobody_again.has_value()) << "the certificate is of its own egress alone";
    EXPECT_EQ(peer.requests(), 1U);
}

TEST(Egress, GoesThroughTheProxyWhateverTheScheme) {
    const TestAuthority authority("own");
    const TlsPeer peer(authority.issue());
    testing::RunningServer server;
    TunnelProxy to_peer({.leads_to = peer.port()});
    TunnelProxy to_server({.leads_to = server.port()});
    const auto egress = std::make_shared<const Egress>(
        Egress{.proxy = by(to_peer), .ca_certificates = authority.certificate()}
    );

    // Only the proxy knows these hosts.
    const ClientResult tls = fetch(money_to("https://pay.test/1", egress));
    const ClientResult plain = fetch(money_to("http://pay.test/2", through(by(to_server))));

    ASSERT_TRUE(tls.has_value()) << tls.error().message;
    ASSERT_TRUE(plain.has_value()) << plain.error().message;
    EXPECT_EQ(plain->body, "POST /2 money");
    ASSERT_THAT(to_peer.heads(), SizeIs(1));
    EXPECT_THAT(to_peer.heads()[0], ::testing::StartsWith("CONNECT pay.test:443 HTTP/1.1\r\n"));
    ASSERT_THAT(to_server.heads(), SizeIs(1));
    EXPECT_THAT(to_server.heads()[0], ::testing::StartsWith("CONNECT pay.test:80 HTTP/1.1\r\n"));
    EXPECT_THAT(to_server.heads()[0], Not(HasSubstr("a signature"))) << "it is not for the proxy";
}

TEST(Egress, TellsTheProxyWhoAsksAndNobodyElse) {
    std::string seen;
    testing::RunningServer server(
        testing::quick_settings(), blocking([&seen](const Request& request) {
            for (const auto& [name, value] : request.headers) {
                seen += name + ": " + value + "\n";
            }
            return Response{};
        })
    );
    TunnelProxy proxy({.leads_to = server.port(), .credentials = std::string(kCredentials)});

    const ClientResult result = fetch(money_to("http://pay.test/", through(by(proxy, kPassword))));

    ASSERT_TRUE(result.has_value()) << result.error().message;
    EXPECT_THAT(seen, HasSubstr("a signature"));
    EXPECT_THAT(seen, Not(HasSubstr("Proxy-")));
    EXPECT_THAT(seen, Not(HasSubstr(kCredentials)));
}

TEST(Egress, IsNotSentWhenTheProxyOpensNoWay) {
    testing::RunningServer server;
    const std::string dead = "http://127.0.0.1:" + std::to_string(testing::RawListener().port());
    TunnelProxy strict({.leads_to = server.port(), .credentials = std::string(kCredentials)});
    TunnelProxy lost({.leads_to = testing::RawListener().port()});
    TunnelProxy dying({.leads_to = server.port(), .death = TunnelRules::Death::before_answer});
    const auto send = [](Proxy proxy) {
        return fetch(money_to("http://pay.test/", through(std::move(proxy))));
    };

    expect_end(send({.url = dead}), FailureStage::not_sent, "connect");
    expect_end(send(by(strict)), FailureStage::not_sent, "proxy");
    expect_end(send(by(strict, "wrong")), FailureStage::not_sent, "proxy");
    expect_end(send(by(lost)), FailureStage::not_sent, "proxy");
    expect_end(send(by(dying)), FailureStage::not_sent, "closed");
    EXPECT_EQ(send(by(strict)).error().message, "the proxy answered CONNECT with 407, wanted 200");
}

TEST(Egress, MayBeSentWhenTheProxyDiesInTheMiddle) {
    const testing::RawListener channel;
    TunnelProxy proxy({.leads_to = channel.port(), .death = TunnelRules::Death::after_request});

    const ClientResult result = fetch(money_to("http://pay.test/", through(by(proxy))));

    EXPECT_THAT(channel.accept().receive_until("money"), HasSubstr("money"));
    expect_end(result, FailureStage::maybe_sent, "closed");
}

TEST(Egress, DoesNotRepeatAPostWhoseReusedTunnelDied) {
    const testing::RawListener channel;
    TunnelProxy proxy({.leads_to = channel.port()});
    Client client;
    const auto begin = [&](const std::string& path) {
        return std::async(std::launch::async, [&client, &proxy, path] {
            return fetch(client, money_to("http://pay.test" + path, through(by(proxy))));
        });
    };
    auto first = begin("/1");
    std::future<ClientResult> second;
    {
        const testing::RawSocket peer = channel.accept();
        EXPECT_THAT(peer.receive_until("money"), HasSubstr("POST /1"));
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        EXPECT_TRUE(first.get().has_value());
        second = begin("/2");
        EXPECT_THAT(peer.receive_until("money"), HasSubstr("POST /2"));
    }

    expect_end(second.get(), FailureStage::maybe_sent, "closed");
}

TEST(Egress, SharesConnectionsWithItselfOnly) {
    testing::RunningServer server;
    TunnelProxy proxy({.leads_to = server.port()});
    Client client;
    const auto send = [&](Proxy egress) {
        const ClientResult result =
            fetch(client, money_to("http://pay.test/", through(std::move(egress))));
        EXPECT_TRUE(result.has_value());
    };

    send(by(proxy, "one"));
    send(by(proxy, "one"));
    EXPECT_THAT(proxy.heads(), SizeIs(1)) << "the same way";
    send(by(proxy, "two"));
    EXPECT_THAT(proxy.heads(), SizeIs(2)) << "another password";
    send(by(proxy));
    EXPECT_THAT(proxy.heads(), SizeIs(3)) << "nobody";
    send(by(proxy, "one"));
    EXPECT_THAT(proxy.heads(), SizeIs(3)) << "the first way again";
}

TEST(Egress, WithoutItsOwnProxyHasTheClientsButForThisMachine) {
    testing::RunningServer server;
    TunnelProxy proxy({.leads_to = server.port()});
    Client client({.proxy = by(proxy)});

    EXPECT_TRUE(fetch(client, money_to("http://pay.test/", nullptr)).has_value());
    EXPECT_THAT(proxy.heads(), SizeIs(1));
    EXPECT_TRUE(fetch(client, money_to(server.url("/"), nullptr)).has_value());
    EXPECT_THAT(proxy.heads(), SizeIs(1)) << "this machine";
    EXPECT_TRUE(fetch(client, money_to(server.url("/"), through(by(proxy)))).has_value());
    EXPECT_THAT(proxy.heads(), SizeIs(2)) << "a proxy of its own, even so";
    expect_end(
        fetch(client, money_to("http://pay.invalid/", through({}))), FailureStage::not_sent, "dns"
    );
    EXPECT_THAT(proxy.heads(), SizeIs(2)) << "straight";
}

}  // namespace
}  // namespace sluice::http
