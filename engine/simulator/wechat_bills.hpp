#pragma once

#include <string>

#include "http/message.hpp"
#include "simulator/bill_shelf.hpp"
#include "simulator/wechat_exchange.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// What a day comes to, as merchants fetch it: the trade bill of all payments and refunds, the fund
/// bill of all that changed the balance. Unlike the real channel's, the present day's are there at
/// once. Any thread.
class WechatBills {
  public:
    explicit WechatBills(World& world) : world_(world), exchange_(world), shelf_(world.nonces) {}

    /// For /v3/bill/tradebill, /v3/bill/fundflowbill and the address that they name, which is good
    /// for five minutes.
    http::Response answer(const http::Request& request);

  private:
    http::Response tell_place(const http::Request& request);
    http::Response give_file(const http::Request& request);
    ApiResult<std::string> file_of(const http::Request& request, const std::string& mchid);

    World& world_;
    WechatExchange exchange_;
    BillShelf shelf_;
};

}  // namespace sluice::simulator
