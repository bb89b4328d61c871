#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "channel/crypto.hpp"
#include "channel/keys.hpp"
#include "core/clock.hpp"
#include "core/mutex.hpp"
#include "core/value.hpp"
#include "http/blocking.hpp"
#include "http/client.hpp"
#include "simulator/psp.hpp"

namespace sluice::simulator::testing {

/// Of the order that most tests create.
inline constexpr const char* kOrderNumber = "SL20260101000001";
inline constexpr std::string_view kMchid = "1900000109";
inline constexpr std::string_view kAppid = "wxd678efh567hg6787";
inline constexpr std::string_view kApiV3Key = "0123456789abcdef0123456789ABCDEF";
inline constexpr std::string_view kApiV2Key = "192006250b4c09247ec02edce69f6a2d";
inline constexpr std::string_view kMerchantSerial = "1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C";
inline constexpr std::string_view kPublicKeyId = "PUB_KEY_ID_0000000000000000000000000001";
inline constexpr std::string_view kBankAccount = "110060149018";
inline constexpr std::string_view kBankKey = "00112233445566778899aabbccddeeff0011";
inline constexpr std::int64_t kBankOpening = 100'000;
/// At Alipay: one application in key mode, one in certificate mode with a content key.
inline constexpr std::string_view kAlipayApp = "2021000122671080";
inline constexpr std::string_view kAlipaySeller = "2088102119685838";
inline constexpr std::string_view kCertifiedApp = "2021000122671081";
inline constexpr std::string_view kCertifiedSeller = "2088102119685839";
inline constexpr std::string_view kContentKey = "ABEiM0RVZneImaq7zN3u/w==";

/// Throw-away keys, made once for all tests of the binary.
struct TestKeys {
    channel::RsaKeyPair merchant = channel::make_rsa_key_pair();
    channel::RsaKeyPair platform = channel::make_rsa_key_pair();
    channel::Certificate platform_certificate;
    channel::Certificate merchant_certificate;

    static const TestKeys& get();
};

/// A clock that a test moves while the simulator's threads read it.
class SharedClock final : public Clock {
  public:
    [[nodiscard]] Time now() const override { return Time(std::chrono::microseconds(micros_)); }
    void advance(std::chrono::microseconds by) { micros_ += by.count(); }

  private:
    std::atomic<std::int64_t> micros_ = 1'767'225'600'000'000;
};

/// A request before it is signed; a test bends single parts of it.
struct MerchantCall {
    std::string method = "GET";
    std::string target;
    std::string body;
    std::string scheme = "WECHATPAY2-SHA256-RSA2048";
    std::string mchid{kMchid};
    std::string serial{kMerchantSerial};
    std::string nonce = "593BEC0C930BF1AFEB40B4A08C8FB242";
    std::int64_t clock_skew_s = 0;
    std::optional<std::string> signed_body;    ///< what is signed instead of the body
    std::optional<std::string> authorization;  ///< replaces the whole header
    http::Headers headers{
        {"Accept", "application/json"},
        {"Content-Type", "application/json"},
        {"User-Agent", "test"},
        {"Wechatpay-Serial", std::string(kPublicKeyId)}
    };
};

/// The merchant's side of the callbacks: keeps what arrives, answers as told.
class CallbackReceiver {
  public:
    CallbackReceiver();
    [[nodiscard]] std::string url() const;
    /// The next answers; after them 204.
    void answer_first_with(std::vector<int> statuses);
    /// Waits up to 5 s for that many; all that came.
    std::vector<http::Request> wait_for(std::size_t count);
    std::size_t count();

  private:
    Mutex mutex_;
    ConditionVariable arrived_;
    std::vector<http::Request> requests_ SLUICE_GUARDED_BY(mutex_);
    std::vector<int> statuses_ SLUICE_GUARDED_BY(mutex_);
    std::unique_ptr<http::Server> server_;
};

class PspTest : public ::testing::Test {
  protected:
    PspTest();

    /// A new simulator with this seed and empty books.
    void restart(std::uint64_t seed = 1);
    /// Sends one signed call over a real connection.
    http::ClientResult call(const MerchantCall& call);
    http::ClientResult create(const std::string& out_trade_no, std::int64_t amount = 1234);
    http::ClientResult query(const std::string& out_trade_no);
    http::ClientResult close(const std::string& out_trade_no);
    /// Control API; an empty body sends GET.
    http::ClientResult control(const std::string& path, const std::string& body = {});
    http::ClientResult pay(const std::string& out_trade_no);
    /// {"operation":..,"kind":..} and more.
    void order_fault(const std::string& json);

    /// The members of a create call that the channel accepts.
    [[nodiscard]] Value create_body(const std::string& out_trade_no, std::int64_t amount) const;
    /// One order's row in the books; null when there is none.
    Value booked(const std::string& out_trade_no);
    /// The decrypted transaction of a callback.
    static Value opened(const http::Request& callback);
    static bool is_signed_by_platform(const http::Headers& headers, std::string_view body);

    SharedClock clock_;
    CallbackReceiver receiver_;
    std::unique_ptr<Psp> psp_;
    http::Client client_;
};

/// What is done to a request before it is sent.
using Bend = std::function<void(Value&)>;
void erase(Value& record, std::string_view member);
Bend without(const char* member);
Bend with(const char* member, Value value);

/// The answer's status; 0 when the connection broke.
int status_of(const http::ClientResult& answer);
Value body_of(const http::ClientResult& answer);
/// Status and error code in one: "403 OUT_TRADE_NO_USED".
std::string refusal_of(const http::ClientResult& answer);

}  // namespace sluice::simulator::testing
