// How long a signed callback takes until it is acknowledged, that is until its payment's commit:
// bench_callbacks [SECONDS] [CALLBACKS_A_SECOND] [SECONDS_BEFORE], one JSON line. A server,
// PostgreSQL and the simulated WeChat Pay are processes of their own; the callbacks are built and
// signed beforehand, sent at their moments whether or not earlier ones are answered, and timed from
// those moments, while nothing else is under way. The seconds in which the machine's host gave at
// most 2 % of it to others count once more by themselves.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <latch>
#include <stdexcept>
#include <thread>
#include <vector>

#include "bench/host_cpu.hpp"
#include "bench/latency.hpp"
#include "bench/quiet_seconds.hpp"
#include "channel/crypto.hpp"
#include "core/clock.hpp"
#include "core/mutex.hpp"
#include "http/client.hpp"
#include "support/node_shop.hpp"
#include "support/process_postgres.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kCallers = 64;
/// By then a waiting payment has been asked about at the channel for the third time, and is again
/// forty seconds later (scripts/lib/10_ladder.lua): what is measured are the callbacks, not the
/// questions, of which each costs two signatures on the same machine.
constexpr std::size_t kSecondsUntilQuiet = 37;

constexpr double kQuietPercent = 2;

struct Wish {
    std::size_t seconds = 10;
    std::size_t a_second = 500;
    std::size_t wait = kSecondsUntilQuiet;
};

std::ifstream key_file(const std::string& name) {
    return std::ifstream(DurableServer::instance().folder() / "keys" / name, std::ios::binary);
}

std::string text_of(const std::string& name) {
    std::ifstream in = key_file(name);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string line_of(const std::string& name) {
    std::ifstream in = key_file(name);
    std::string line;
    std::getline(in, line);
    return line;
}

/// Composite payments whose payers have not paid yet: how the channel knows them.
class WaitingPayments {
  public:
    WaitingPayments(Cluster& cluster, std::size_t count) : cluster_(cluster), numbers_(count) {
        std::vector<std::thread> callers;
        for (std::size_t caller = 0; caller < kCallers; ++caller) {
            callers.emplace_back([this, caller] { begin_each(caller); });
        }
        for (std::thread& caller : callers) {
            caller.join();
        }
        if (std::ranges::find(numbers_, "") != numbers_.end()) {
            throw std::runtime_error("not every payment waits for its payer");
        }
    }
    [[nodiscard]] const std::vector<std::string>& numbers() const { return numbers_; }

  private:
    void begin_each(std::size_t caller) {
        for (std::size_t i = caller; i < numbers_.size(); i += kCallers) {
            const CompositeOrder order{
                .number = "callback-" + std::to_string(i),
                .card = cluster_.cards()[i % cluster_.cards().size()]
            };
            // Unasked, the answer comes as soon as there is a code to scan.
            const Reply reply = cluster_.api().post("/v1/payments", body_of(order));
            numbers_[i] = PaymentView(reply.body).channel_number();
        }
    }

    Cluster& cluster_;
    std::vector<std::string> numbers_;
};

/// What WeChat Pay sends when an order was paid, as its platform signs it.
class Notices {
  public:
    explicit Notices(std::string url) : url_(std::move(url)) {}

    [[nodiscard]] http::ClientRequest notice_of(const std::string& number) const {
        const std::string now = format_rfc3339(clock_.now());
        const std::string transaction = to_json(ValueObject{
            {"mchid", "1900000109"},
            {"appid", "wxd678efh567hg6787"},
            {"out_trade_no", number},
            {"transaction_id", "42" + number},
            {"trade_type", "NATIVE"},
            {"trade_state", "SUCCESS"},
            {"trade_state_desc", "支付成功"},
            {"success_time", now},
            {"payer", ValueObject{{"openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}}},
            {"amount", ValueObject{{"total", kChannelPart}, {"currency", "CNY"}}},
        });
        const std::string nonce = number.substr(0, 12);
        const Value resource = ValueObject{
            {"algorithm", "AEAD_AES_256_GCM"},
            {"original_type", "transaction"},
            {"associated_data", "transaction"},
            {"nonce", nonce},
            {"ciphertext",
             channel::aes_256_gcm_encrypt(
                 {.key = api_v3_key_, .nonce = nonce, .associated_data = "transaction"}, transaction
             )},
        };
        http::ClientRequest request{.method = "POST", .url = url_};
        request.body = to_json(ValueObject{
            {"id", number},
            {"create_time", now},
            {"event_type", "TRANSACTION.SUCCESS"},
            {"resource_type", "encrypt-resource"},
            {"resource", resource},
        });
        sign(request);
        return request;
    }

  private:
    void sign(http::ClientRequest& request) const {
        const auto seconds =
            std::chrono::floor<std::chrono::seconds>(clock_.now().time_since_epoch()).count();
        const std::string stamp = std::to_string(seconds);
        const std::string message = stamp + "\nbench\n" + request.body + "\n";
        request.headers = {
            {"Content-Type", "application/json"},
            {"Wechatpay-Timestamp", stamp},
            {"Wechatpay-Nonce", "bench"},
            {"Wechatpay-Serial", key_id_},
            {"Wechatpay-Signature", channel::rsa_sha256_sign(key_, message)},
        };
    }

    const std::string url_;
    const SystemClock clock_;
    const std::string api_v3_key_ = line_of("api_v3_key.txt");
    const std::string key_id_ = line_of("platform_public_key_id.txt");
    const channel::PrivateKey key_ =
        channel::PrivateKey::from_pem(text_of("platform_private.pem")).value();
};

/// What became of the callbacks.
class Watch {
  public:
    explicit Watch(const Wish& wish)
        : left_(static_cast<std::ptrdiff_t>(wish.seconds * wish.a_second)),
          seconds_(wish.seconds) {}

    struct Sent {
        steady_clock::time_point due;
        std::size_t second;
    };
    void answered(const Sent& sent, const http::ClientResult& answer) SLUICE_EXCLUDES(mutex_) {
        const auto took =
            std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - sent.due);
        {
            const MutexLock lock(mutex_);
            latencies_.add(took);
            seconds_.add(sent.second, took);
            acknowledged_ += answer && answer->status / 100 == 2 ? 1U : 0U;
        }
        left_.count_down();
    }
    void others_had(std::size_t second, double percent) SLUICE_EXCLUDES(mutex_) {
        const MutexLock lock(mutex_);
        seconds_.others_had(second, percent);
    }
    void wait() const { left_.wait(); }
    [[nodiscard]] std::size_t acknowledged() SLUICE_EXCLUDES(mutex_) {
        const MutexLock lock(mutex_);
        return acknowledged_;
    }
    [[nodiscard]] double ms_of(double part) SLUICE_EXCLUDES(mutex_) {
        const MutexLock lock(mutex_);
        return latencies_.quantile_ms(part);
    }

    [[nodiscard]] bench::QuietSeconds::Result quiet() SLUICE_EXCLUDES(mutex_) {
        const MutexLock lock(mutex_);
        return seconds_.with_at_most(kQuietPercent);
    }

  private:
    std::latch left_;
    Mutex mutex_;
    bench::Latencies latencies_ SLUICE_GUARDED_BY(mutex_);
    bench::QuietSeconds seconds_ SLUICE_GUARDED_BY(mutex_);
    std::size_t acknowledged_ SLUICE_GUARDED_BY(mutex_) = 0;
};

void send_all(
    http::Client& client,
    std::vector<http::ClientRequest> notices,
    std::size_t a_second,
    Watch& watch
) {
    const auto begun = steady_clock::now();
    bench::HostCpu before = bench::HostCpu::now();
    for (std::size_t i = 0; i < notices.size(); ++i) {
        const Watch::Sent sent{
            .due = begun + std::chrono::microseconds(1'000'000 * i / a_second),
            .second = i / a_second
        };
        std::this_thread::sleep_until(sent.due);
        client.send(std::move(notices[i]), [sent, &watch](const http::ClientResult& answer) {
            watch.answered(sent, answer);
        });
        if ((i + 1) % a_second == 0) {
            const bench::HostCpu after = bench::HostCpu::now();
            watch.others_had(sent.second, bench::taken_percent(before, after));
            before = after;
        }
    }
    watch.wait();
}

int run(const Wish& wish) {
    Cluster cluster;
    const std::size_t count = wish.seconds * wish.a_second;
    const WaitingPayments payments(cluster, count);
    std::this_thread::sleep_for(std::chrono::seconds(wish.wait));
    const Notices made(cluster.node(0).url() + "/callbacks/wechatpay/wx-main");
    std::vector<http::ClientRequest> notices;
    for (const std::string& number : payments.numbers()) {
        notices.push_back(made.notice_of(number));
    }
    http::Client client;
    Watch watch(wish);
    const bench::HostCpu before = bench::HostCpu::now();
    send_all(client, std::move(notices), wish.a_second, watch);
    const double taken = bench::taken_percent(before, bench::HostCpu::now());
    const std::string paid = std::to_string(count);
    const bool all_paid = eventually([&] {
        return cluster.query_one("SELECT count(*) FROM sluice.payment WHERE status = 'succeeded'"
               ) == paid;
    });
    const auto quiet = watch.quiet();
    std::printf(
        "{\"a_second\":%zu,\"callbacks\":%zu,\"acknowledged\":%zu,\"all_paid\":%d,"
        "\"p50_ms\":%.1f,\"p99_ms\":%.1f,\"max_ms\":%.1f,\"taken_percent\":%.1f,"
        "\"quiet_seconds\":%zu,\"quiet_p99_ms\":%.1f}\n",
        wish.a_second,
        count,
        watch.acknowledged(),
        all_paid ? 1 : 0,
        watch.ms_of(0.5),
        watch.ms_of(0.99),
        watch.ms_of(1),
        taken,
        quiet.seconds,
        quiet.p99_ms
    );
    return all_paid && watch.acknowledged() == count ? 0 : 1;
}

}  // namespace
}  // namespace sluice::testing

int main(int argc, char** argv) {
    sluice::testing::Wish wish;
    const auto number = [&](int at, std::size_t otherwise) {
        return argc > at ? std::strtoul(argv[at], nullptr, 10) : otherwise;
    };
    wish.seconds = std::max<std::size_t>(number(1, wish.seconds), 1);
    wish.a_second = std::max<std::size_t>(number(2, wish.a_second), 1);
    wish.wait = number(3, wish.wait);
    return sluice::testing::run(wish);
}
