#include <filesystem>
#include <future>
#include <latch>
#include <sys/resource.h>

#include <gtest/gtest.h>

#include "channel/crypto.hpp"
#include "channel/exchange.hpp"
#include "channels/wechatpay_world.hpp"
#include "core/mutex.hpp"
#include "http/blocking.hpp"
#include "http/client.hpp"
#include "support/tls_peer.hpp"
#include "support/tunnel_proxy.hpp"

namespace sluice::channel::testing {
namespace {

using payment::OutcomeKind;

/// WeChat Pay's adapter over real sockets to a server of the test.
class ExchangeOverHttp : public ::testing::Test {
  protected:
    ExchangeReport collect_at(std::uint16_t port, const AccountEgress& egress = {}) {
        return collect_at("http://127.0.0.1:" + std::to_string(port), egress);
    }
    ExchangeReport collect_at(const std::string& base_url, const AccountEgress& egress = {}) {
        ChannelAccountSettings account = wechatpay_account();
        account.settings["base_url"] = base_url;
        account.egress = egress;
        if (!egress.proxy_user.empty()) {
            account.secrets.emplace(kProxyPassword, Secret<std::string>("open sesame"));
        }
        std::promise<ExchangeReport> reported;
        Exchange exchange({
            .registry = wechatpay_registry(std::move(account)),
            .sink = [&](ExchangeReport report) { reported.set_value(std::move(report)); },
            .clock = clock_,
        });
        EXPECT_TRUE(exchange.submit(wechatpay_order(Operation::collect)));
        return reported.get_future().get();
    }

    ManualClock clock_{test_now()};
};

TEST_F(ExchangeOverHttp, CreatesAnOrderWithASignatureTheChannelAccepts) {
    http::Request received;
    const std::string body = R"({"code_url":"weixin://wxpay/bizpayurl?pr=p4lpSuKzz"})";
    http::Server server({}, http::blocking([&](const http::Request& request) {
                            received = request;
                            return http::Response{200, signature_headers("good", body), body};
                        }));
    ASSERT_TRUE(server.start());

    const ExchangeReport report = collect_at(server.port());
    server.stop();

    EXPECT_EQ(report.outcome.kind, OutcomeKind::pending) << report.outcome.message;
    EXPECT_EQ(report.evidence.http_status, 200);
    EXPECT_GT(report.evidence.took_us, 0);
    const std::string_view header = received.headers.get_or_empty("authorization");
    const auto parameter = [&](const std::string& name) {
        const std::size_t begin = header.find(name + "=\"") + name.size() + 2;
        return std::string(header.substr(begin, header.find('"', begin) - begin));
    };
    const std::string message = "POST\n" + received.target + "\n" + parameter("timestamp") + "\n" +
                                parameter("nonce_str") + "\n" + received.body + "\n";
    EXPECT_TRUE(rsa_sha256_verify(public_key("merchant"), {message, parameter("signature")}));
    EXPECT_EQ(report.evidence.request.find(parameter("signature")), std::string::npos);
}

/// What the account of a till shows, to a server that answers nobody else; its answer means
/// nothing.
class ReverseOverTls : public ::testing::Test {
  protected:
    /// The report of a reverse; `shows` whether the account has its certificate.
    ExchangeReport reverse(bool shows) {
        ChannelAccountSettings account = wechatpay_account();
        account.settings["barcode_api"] = "v2";
        account.settings["base_url"] = "https://127.0.0.1:" + std::to_string(peer_.port());
        account.egress.ca_certificates = channel_.certificate();
        account.secrets.emplace("api_v2_key", Secret<std::string>(std::string(kApiV2Key)));
        if (shows) {
            account.secrets.emplace("client_certificate", Secret<std::string>(merchant_.pem));
            account.secrets.emplace("client_key", account.secrets.at("merchant_key"));
        }
        std::promise<ExchangeReport> reported;
        Exchange exchange({
            .registry = wechatpay_registry(std::move(account)),
            .sink = [&](ExchangeReport report) { reported.set_value(std::move(report)); },
            .clock = clock_,
        });
        EXPECT_TRUE(exchange.submit(wechatpay_order_by("barcode", Operation::close)));
        return reported.get_future().get();
    }

    ManualClock clock_{test_now()};
    sluice::testing::TestAuthority channel_{"the channel's"};
    Certificate merchant_ = make_self_signed_certificate(
        private_key("merchant"),
        {.common_name = "1900000109",
         .valid_from = SystemClock().now() - std::chrono::days(1),
         .valid_until = SystemClock().now() + std::chrono::days(1)}
    );
    sluice::testing::TlsPeer peer_{channel_.issue(), merchant_.pem};
};

TEST_F(ReverseOverTls, IsHeardOnlyWithTheAccountsCertificate) {
    const ExchangeReport without = reverse(false);
    EXPECT_EQ(peer_.requests(), 0U);
    const ExchangeReport with = reverse(true);

    EXPECT_EQ(without.evidence.http_status, 0);
    EXPECT_EQ(with.evidence.http_status, 200) << with.outcome.message;
    EXPECT_EQ(with.outcome.kind, OutcomeKind::unknown) << "nobody signed it";
    EXPECT_EQ(peer_.requests(), 1U);
}

TEST_F(ExchangeOverHttp, TakesACutAnswerAsUnknownAndADeadPortAsNotSent) {
    http::Server server({}, http::blocking([](const http::Request&) {
                            return http::Response{http::Response::kCutConnection, {}, {}};
                        }));
    ASSERT_TRUE(server.start());
    const std::uint16_t port = server.port();

    const ExchangeReport cut = collect_at(port);
    server.stop();
    const ExchangeReport dead = collect_at(port);

    EXPECT_EQ(cut.outcome.kind, OutcomeKind::unknown);
    EXPECT_EQ(dead.outcome.kind, OutcomeKind::not_sent);
    EXPECT_EQ(dead.evidence.http_status, 0);
}

TEST_F(ExchangeOverHttp, IsNotSentWhenTheProxyOpensNoWayAndUnknownWhenItDiesInTheMiddle) {
    using sluice::testing::TunnelProxy;
    using sluice::testing::TunnelRules;
    std::atomic<int> received = 0;
    const std::string body = R"({"code_url":"weixin://wxpay/bizpayurl?pr=p4lpSuKzz"})";
    http::Server server({}, http::blocking([&](const http::Request&) {
                            ++received;
                            return http::Response{200, signature_headers("good", body), body};
                        }));
    ASSERT_TRUE(server.start());
    const std::string shop = "c2hvcDpvcGVuIHNlc2FtZQ==";
    const std::string other = "c2hvcDpvdGhlcg==";
    TunnelProxy knows_us({.leads_to = server.port(), .credentials = shop});
    TunnelProxy knows_others({.leads_to = server.port(), .credentials = other});
    TunnelProxy dies({.leads_to = server.port(), .death = TunnelRules::Death::after_request});
    const auto by = [&](const TunnelProxy& proxy) {
        return collect_at(server.port(), {.proxy = proxy.url(), .proxy_user = "shop"});
    };

    const ExchangeReport refused = by(knows_others);
    EXPECT_EQ(received, 0);
    const ExchangeReport paid = by(knows_us);
    EXPECT_EQ(received, 1);
    const ExchangeReport lost = by(dies);
    server.stop();

    EXPECT_EQ(refused.outcome.kind, OutcomeKind::not_sent) << refused.outcome.message;
    EXPECT_EQ(refused.outcome.code, "proxy");
    EXPECT_EQ(paid.outcome.kind, OutcomeKind::pending) << paid.outcome.message;
    EXPECT_EQ(knows_us.heads().size(), 1U);
    EXPECT_EQ(lost.outcome.kind, OutcomeKind::unknown) << lost.outcome.message;
}

TEST_F(ExchangeOverHttp, TrustsThePinnedAuthorityOfTheAccountAlone) {
    const sluice::testing::TestAuthority own("own");
    const sluice::testing::TestAuthority other("other");
    const sluice::testing::TlsPeer channel(own.issue());

    const ExchangeReport wrong =
        collect_at(channel.url(""), {.ca_certificates = other.certificate()});
    EXPECT_EQ(channel.requests(), 0U);
    const ExchangeReport right =
        collect_at(channel.url(""), {.ca_certificates = own.certificate()});

    EXPECT_EQ(wrong.outcome.kind, OutcomeKind::not_sent) << wrong.outcome.message;
    EXPECT_EQ(wrong.outcome.code, "tls");
    EXPECT_EQ(channel.requests(), 1U);
    EXPECT_EQ(right.outcome.kind, OutcomeKind::unknown) << "it says ok, and signs nothing";
    EXPECT_EQ(right.evidence.http_status, 200);
}

TEST_F(ExchangeOverHttp, StopsAtOnceAndReportsNothingThatIsUnderWay) {
    std::promise<void> received;
    std::promise<void> may_answer;
    http::Server server({}, http::blocking([&](const http::Request&) {
                            received.set_value();
                            may_answer.get_future().wait();
                            return http::Response{200, {}, "{}"};
                        }));
    ASSERT_TRUE(server.start());
    ChannelAccountSettings account = wechatpay_account();
    account.settings["base_url"] = "http://127.0.0.1:" + std::to_string(server.port());
    int reports = 0;
    Exchange exchange({
        .registry = wechatpay_registry(std::move(account)),
        .sink = [&](const ExchangeReport&) { ++reports; },
        .clock = clock_,
    });
    ASSERT_TRUE(exchange.submit(wechatpay_order(Operation::collect)));
    received.get_future().wait();

    exchange.stop();
    may_answer.set_value();
    server.stop();

    EXPECT_EQ(reports, 0);
}

/// A channel that takes every request and answers none until all have come.
class SlowChannel {
  public:
    explicit SlowChannel(std::size_t requests) : all_came_(static_cast<std::ptrdiff_t>(requests)) {}

    [[nodiscard]] http::Handler handler() {
        return [this](const http::Request&, http::Responder responder) {
            {
                const MutexLock lock(mutex_);
                waiting_.push_back(std::move(responder));
            }
            all_came_.count_down();
        };
    }
    void wait_for_all() { all_came_.wait(); }
    void answer_all(const http::Response& response) {
        const MutexLock lock(mutex_);
        for (http::Responder& responder : waiting_) {
            responder.answer(response);
        }
    }

  private:
    std::latch all_came_;
    Mutex mutex_;
    std::vector<http::Responder> waiting_ SLUICE_GUARDED_BY(mutex_);
};

std::ptrdiff_t threads_of_this_process() {
    const std::filesystem::directory_iterator tasks("/proc/self/task");
    return std::distance(begin(tasks), end(tasks));
}

TEST_F(ExchangeOverHttp, HasTwoThousandSlowExchangesUnderWayOnOneThread) {
    constexpr std::size_t kExchanges = 2'000;
    rlimit files{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &files), 0);
    files.rlim_cur = files.rlim_max;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &files), 0);
    SlowChannel channel(kExchanges);
    http::Server server({.read_timeout = std::chrono::seconds(60)}, channel.handler());
    ASSERT_TRUE(server.start());
    ChannelAccountSettings account = wechatpay_account();
    account.settings["base_url"] = "http://127.0.0.1:" + std::to_string(server.port());
    account.timeouts.connect = std::chrono::seconds(30);
    account.timeouts.collect = std::chrono::seconds(120);
    std::atomic<std::size_t> pending = 0;
    std::latch reported(kExchanges);
    const std::ptrdiff_t threads_before = threads_of_this_process();
    Exchange exchange(
        {
            .registry = wechatpay_registry(std::move(account)),
            .sink =
                [&](const ExchangeReport& report) {
                    pending += report.outcome.kind == OutcomeKind::pending ? 1U : 0U;
                    reported.count_down();
                },
            .clock = clock_,
        },
        {.threads = 1}
    );

    for (std::size_t i = 0; i < kExchanges; ++i) {
        ASSERT_TRUE(exchange.submit(wechatpay_order(Operation::collect)));
    }
    channel.wait_for_all();

    EXPECT_EQ(exchange.open(), kExchanges);
    EXPECT_LE(threads_of_this_process(), threads_before + 1);
    const std::string body = R"({"code_url":"weixin://wxpay/bizpayurl?pr=p4lpSuKzz"})";
    channel.answer_all({200, signature_headers("good", body), body});
    reported.wait();
    EXPECT_EQ(pending, kExchanges);
    server.stop();
}

}  // namespace
}  // namespace sluice::channel::testing
