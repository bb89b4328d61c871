#pragma once

#include <cstdint>
#include <string>

#include "support/node_cluster.hpp"
#include "support/node_shop.hpp"

namespace sluice::testing {

/// An order paid by one leg at a channel.
struct SceneOrder {
    std::string number;
    std::string method = "wechatpay";
    std::string scene;
    Value payer;  ///< null: nothing is said of who pays
    std::int64_t amount = 1234;
    std::int64_t expires_in_seconds = 1800;
};

/// A business system whose payers meet the channel in different scenes. One thread.
class SceneShop {
  public:
    explicit SceneShop(Cluster& cluster) : cluster_(cluster), shop_(cluster) {}

    Reply pay(const SceneOrder& order, const std::string& prefer = "");
    /// Throws unless the payment was begun.
    PaymentView begin(const SceneOrder& order, const std::string& prefer = "");
    [[nodiscard]] PaymentView payment(const std::string& id) { return shop_.payment(id); }
    PaymentView wait_for_status(const std::string& id, const std::string& status) {
        return shop_.wait_for_status(id, status);
    }
    PaymentView close(const std::string& id) { return shop_.close(id); }
    /// What the payer can do now; null when nothing.
    [[nodiscard]] Value action(const std::string& id);
    /// What stands on an account of the general ledger, debits above zero.
    [[nodiscard]] std::int64_t booked(const std::string& gl) const;
    /// What the channel gave back of an order.
    [[nodiscard]] std::int64_t given_back(const std::string& channel_number);

  private:
    Cluster& cluster_;
    Shop shop_;
};

}  // namespace sluice::testing
