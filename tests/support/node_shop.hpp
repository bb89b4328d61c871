#pragma once

#include <cstdint>
#include <string>

#include "support/node_api.hpp"
#include "support/node_cluster.hpp"

namespace sluice::testing {

inline constexpr std::int64_t kCardPart = 3'000;
inline constexpr std::int64_t kChannelPart = 7'000;
inline constexpr std::int64_t kWhole = kCardPart + kChannelPart;

/// An order of 100.00, paid 30.00 from a card and 70.00 by scanning a code.
struct CompositeOrder {
    std::string number;
    std::string card;
    std::int64_t expires_in_seconds = 1800;
    std::string description = "a composite order";
};

/// The body of POST /v1/payments.
[[nodiscard]] Value body_of(const CompositeOrder& order);

/// A payment as the API tells it.
class PaymentView {
  public:
    explicit PaymentView(Value body) : body_(std::move(body)) {}

    [[nodiscard]] std::string id() const { return text(body_, "id"); }
    [[nodiscard]] std::string status() const { return text(body_, "status"); }
    [[nodiscard]] std::string order_status() const;
    [[nodiscard]] std::string failure_code() const;
    [[nodiscard]] std::string code_url() const;
    /// Of the instruction at the channel, the last when there are several; "" without one.
    [[nodiscard]] std::string channel_status() const { return last("external", "status"); }
    /// How the channel knows it: its out_trade_no.
    [[nodiscard]] std::string channel_number() const;
    [[nodiscard]] std::string card_status() const { return last("internal", "status"); }
    [[nodiscard]] std::string shown() const { return to_json(body_); }

  private:
    [[nodiscard]] static std::string text(const Value& value, std::string_view member) {
        return std::string(value.text_or_empty(member));
    }
    [[nodiscard]] std::string last(std::string_view kind, std::string_view member) const;

    Value body_;
};

/// A business system with an order to be paid. Failures throw with what the API answered. One
/// thread.
class Shop {
  public:
    explicit Shop(Cluster& cluster) : cluster_(cluster) {}

    /// A new composite order on the first card with a number of its own.
    [[nodiscard]] CompositeOrder next_order();
    /// Posts it and returns when there is a code to scan, as callers do; throws unless accepted.
    PaymentView begin(const CompositeOrder& order);
    [[nodiscard]] PaymentView payment(const std::string& id);
    /// Waits until the payment is so; gives what it last was, also when it never was so.
    PaymentView wait_for_status(const std::string& id, const std::string& status);
    PaymentView close(const std::string& id);
    [[nodiscard]] std::int64_t card_balance();
    [[nodiscard]] std::int64_t card_held();

  private:
    [[nodiscard]] Value card();

    Cluster& cluster_;
    int orders_ = 0;
};

}  // namespace sluice::testing
