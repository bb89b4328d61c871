#pragma once

#include <deque>
#include <string>
#include <utility>

#include "core/mutex.hpp"
#include "http/message.hpp"
#include "simulator/wechat_exchange.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// What a day comes to, as merchants fetch it: the trade bill of all payments and refunds. Unlike
/// the real channel's, the present day's is there at once. Any thread.
class WechatBills {
  public:
    explicit WechatBills(World& world) : world_(world), exchange_(world) {}

    /// For /v3/bill/tradebill and the address that it names.
    http::Response answer(const http::Request& request);

  private:
    http::Response tell_place(const http::Request& request);
    http::Response give_file(const http::Request& request);
    /// The file's path and query.
    std::string keep(std::string owner, std::string file);

    struct Kept {
        std::string token;
        std::string mchid;
        std::string file;  ///< as it was when it was asked for; its hash was told
    };

    World& world_;
    WechatExchange exchange_;
    Mutex mutex_;
    std::deque<Kept> kept_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::simulator
