#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/mutex.hpp"
#include "core/value.hpp"
#include "http/server.hpp"

namespace sluice::testing {

/// The house of gift vouchers of tests/channels/kit/voucher over real HTTP: it checks signatures,
/// takes each number once and signs what it answers. Any thread.
class VoucherHouse {
  public:
    VoucherHouse();  ///< throws when no port is free
    ~VoucherHouse();
    VoucherHouse(const VoucherHouse&) = delete;
    VoucherHouse& operator=(const VoucherHouse&) = delete;

    static constexpr const char* kShop = "S-77";
    static constexpr const char* kKey = "the key of shop 77 in tests";

    [[nodiscard]] std::string url() const;
    /// The value of all vouchers that were taken.
    [[nodiscard]] std::int64_t taken() const SLUICE_EXCLUDES(mutex_);
    /// The next redemption is taken, and its answer waits for let_go().
    void hold_next() SLUICE_EXCLUDES(mutex_);
    [[nodiscard]] bool is_holding() const SLUICE_EXCLUDES(mutex_);
    void let_go() SLUICE_EXCLUDES(mutex_);

  private:
    struct Held {
        http::Responder responder;
        http::Response response;
    };

    void serve(const http::Request& request, http::Responder responder);
    http::Response answer(const http::Request& request) SLUICE_EXCLUDES(mutex_);
    Value redeem(const std::string& body) SLUICE_REQUIRES(mutex_);

    mutable Mutex mutex_;
    std::map<std::string, std::int64_t> taken_ SLUICE_GUARDED_BY(mutex_);
    bool holds_next_ SLUICE_GUARDED_BY(mutex_) = false;
    std::optional<Held> held_ SLUICE_GUARDED_BY(mutex_);
    std::unique_ptr<http::Server> server_;
};

}  // namespace sluice::testing
