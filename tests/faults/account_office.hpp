#pragma once

#include <cstddef>
#include <string>

#include <gtest/gtest.h>

#include "support/node_shop.hpp"

namespace sluice::testing {

/// Nodes, a simulator and an operator who may change channel accounts.
class AccountOffice : public ::testing::Test {
  protected:
    explicit AccountOffice(std::size_t nodes = 2);

    /// What a file of keys says, without the end of its last line.
    static std::string key_text(const std::string& file);

    Api operator_at(std::size_t node);
    /// Of the account with this name; one that leads nowhere when there is none.
    std::string path_of(const std::string& name);
    /// What becomes of its state.
    std::string do_to(const std::string& name, const std::string& act);

    /// Accounts as an operator would enter them, at merchants that the simulator knows: of WeChat
    /// Pay with its public key, of Alipay in key mode.
    Value wechat(const std::string& name);
    Value alipay(const std::string& name);
    Value bank(const std::string& name);

    Cluster cluster_;
    Shop shop_{cluster_};
};

/// `record` with some members of one of its records set.
Value with_members(Value record, const std::string& name, const Value& members);

}  // namespace sluice::testing
