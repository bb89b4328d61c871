#pragma once

#include <cstdint>
#include <string>

#include "channel/registry.hpp"
#include "unit/simulator/psp_fixture.hpp"

namespace sluice::simulator::testing {

inline constexpr const char* kOrder = "SL20260101000001";
inline constexpr const char* kRefund = "RF20260101000001";

/// What a test asks the channel to pay back.
struct RefundCall {
    std::string out_trade_no = kOrder;
    std::string out_refund_no = kRefund;
    std::int64_t refund = 234;
    std::int64_t total = 1234;
};

class PspRefundTest : public PspTest {
  protected:
    void given_paid(const std::string& out_trade_no = kOrder, std::int64_t amount = 1234);
    /// The members of a refund call that the channel accepts.
    [[nodiscard]] Value refund_body(const RefundCall& wanted) const;
    http::ClientResult send_refund(const Value& body);
    http::ClientResult refund(const RefundCall& wanted = {}) {
        return send_refund(refund_body(wanted));
    }
    http::ClientResult query_refund(const std::string& out_refund_no = kRefund);
    /// "SUCCESS" and so on, as the channel's query tells it.
    std::string status_of_refund(const std::string& out_refund_no = kRefund);
    /// Control API: the refund comes to that end.
    http::ClientResult end_refund(
        const std::string& status, const std::string& out_refund_no = kRefund
    );
    /// Refunds stay PROCESSING until a test ends them.
    void given_slow_refunds();
    /// One refund's row in the books; null when there is none.
    Value booked_refund(const std::string& out_refund_no = kRefund);
    /// The first merchant's row of funds, which adds up.
    Value funds();
    /// Those of the callbacks that came which tell of refunds.
    std::vector<http::Request> refund_callbacks(std::size_t all_callbacks);
    /// The real adapter with the first merchant as its account "main".
    [[nodiscard]] channel::RegistryPtr adapter_registry(const std::string& callback_base_url) const;
};

}  // namespace sluice::simulator::testing
