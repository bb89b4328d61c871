#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "http/message.hpp"
#include "simulator/alipay_app.hpp"
#include "simulator/bank_account.hpp"
#include "simulator/merchant.hpp"

namespace sluice::simulator {

struct PspSettings {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: any free one
    std::size_t threads = 256;
    /// What a phone can reach ("http://192.168.0.2:9000"): code_url is then a page of ours that
    /// any camera opens. Empty: the channel's own weixin:// form.
    std::string payer_page_base;
    std::uint64_t seed = 1;
    std::size_t orders_max = 300'000;
    /// How long a second of the callback ladder (15 s, 15 s, 30 s, ...) takes.
    std::chrono::microseconds ladder_second{1'000'000};
    std::chrono::milliseconds callback_timeout{5000};
};

struct PspIdentities {
    std::vector<Merchant> merchants;
    PlatformIdentity platform;
    std::vector<BankAccount> bank_accounts = {};
    std::vector<AlipayApp> alipay_apps = {};
};

/// The other side of the wire, over real HTTP, with its own books: WeChat Pay's v3 API under /v3/,
/// its v2 till under /pay/ and /secapi/, Alipay's gateway at /gateway.do, a bank under /bank/, the
/// payer's page under /payer/, the control API under /sim/ (all in README.md). It believes nothing:
/// signatures, times and parameters are checked as the channel does. start() and stop() belong to
/// one owner; the rest is its own threads.
class Psp {
  public:
    /// The clock must outlive the simulator and may be read by many threads at once.
    Psp(PspSettings settings, PspIdentities identities, const Clock& clock);
    ~Psp();  ///< stops
    Psp(const Psp&) = delete;
    Psp& operator=(const Psp&) = delete;

    Result<void> start();
    [[nodiscard]] std::uint16_t port() const;
    /// "http://127.0.0.1:PORT"
    [[nodiscard]] std::string url() const;
    void stop();

    /// What the server calls for each request; blocks for as long as an ordered latency.
    http::Response answer(const http::Request& request);

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace sluice::simulator
