#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "support/node_api.hpp"
#include "support/process_child.hpp"

namespace sluice::testing {

/// One order as the channel itself keeps it.
struct ChannelOrder {
    std::string mchid;
    std::string out_trade_no;
    std::string trade_state;
    std::int64_t amount_total = 0;
    std::int64_t payments = 0;
    std::int64_t creates = 0;
    std::int64_t queries = 0;
    std::int64_t closes = 0;
    std::int64_t callbacks_sent = 0;
    std::int64_t callbacks_acknowledged = 0;
    std::int64_t refunds = 0;
    std::int64_t refunded_amount = 0;
};

/// One refund as the channel itself keeps it.
struct ChannelRefund {
    std::string out_trade_no;
    std::string out_refund_no;
    std::string status;
    std::int64_t amount = 0;
    std::int64_t creates = 0;  ///< how often it was asked for
};

/// A fault order, in the words of engine/simulator/faults.hpp. `out_trade_no` empty: any order;
/// `account` empty: at whichever account of a bank or Alipay money goes out.
struct ChannelFault {
    std::string operation;
    std::string kind;
    std::int64_t value = 0;
    std::int64_t count = 1;
    std::int64_t share_percent = 100;
    std::string out_trade_no;
    std::string account;
};

/// `sluice psp` as a process of its own: the channel that the nodes talk to, and what a test may
/// order from it. Two merchants share the keys of `keys`. Its methods throw when the simulator
/// refuses, because then the test itself is wrong.
class Psp {
  public:
    Psp(const std::filesystem::path& keys, const std::filesystem::path& folder);

    /// Keys and merchants for any number of simulators, written once.
    static void make_keys(const std::filesystem::path& keys);

    [[nodiscard]] const std::string& url() const { return url_; }
    [[nodiscard]] std::string log_tail() const { return process_.log_tail(20); }

    /// The payer pays; false when the channel does not let them (closed, paid).
    bool pay(const std::string& out_trade_no);
    /// The same when the order may be closed: their money was on its way. `payer`: his openid.
    bool pay_late(const std::string& out_trade_no, const std::string& payer = "");
    bool pay_as(const std::string& out_trade_no, const std::string& payer);
    [[nodiscard]] std::vector<ChannelOrder> books();
    /// The order of that number, an empty one when the channel has none.
    [[nodiscard]] ChannelOrder order(const std::string& out_trade_no);
    /// Of one order, of all when the number is empty.
    [[nodiscard]] std::vector<ChannelRefund> refunds(const std::string& out_trade_no = "");
    /// Ends a refund that is under way; SUCCESS, CLOSED or ABNORMAL.
    void end_refund(const std::string& out_refund_no, const std::string& status);
    /// So long refunds are under way from now on.
    void take_for_refunds(std::chrono::milliseconds span);
    void order_fault(const ChannelFault& fault);
    void clear_faults();
    /// Fault orders that have not been met as often as they want.
    [[nodiscard]] std::size_t fault_count();
    /// Sends a callback of that kind and gives the status that it was answered with.
    int send_callback(const std::string& out_trade_no, const std::string& kind);
    /// So many per cent of the orders that come are paid by themselves.
    void pay_by_itself(int share_percent, std::chrono::milliseconds delay);

  private:
    bool pay_with(const Value& body);
    Reply control(const std::string& path, const Value& body);

    ChildProcess process_;
    std::string url_;
    Api api_;
};

}  // namespace sluice::testing
