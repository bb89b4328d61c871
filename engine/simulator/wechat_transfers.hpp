#pragma once

#include <chrono>
#include <map>
#include <string_view>

#include "core/mutex.hpp"
#include "http/message.hpp"
#include "simulator/callbacks.hpp"
#include "simulator/payouts.hpp"
#include "simulator/wechat_exchange.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// Transfers out of a merchant's balance at WeChat Pay to its users: bills, which the payee
/// confirms (unless told otherwise, at once), and batches of one. Any thread; blocks for as long as
/// an ordered latency.
class WechatTransfers {
  public:
    WechatTransfers(World& world, Callbacks& callbacks)
        : world_(world), callbacks_(callbacks), exchange_(world) {}

    /// For paths under /v3/fund-app/ and /v3/transfer/.
    http::Response answer(const http::Request& request);
    /// One step on, as its payee or the channel makes it; what follows is told.
    ApiResult<Payout> advance(const PayoutKey& key, const Payouts::Step& step);

  private:
    enum class Form { bill, batch };
    struct Course {
        Form form = Form::bill;
        SigningName signing_name = SigningName::certificate;
    };

    http::Response create(const http::Request& request, Form form);
    http::Response query(const http::Request& request, Form form, std::string_view number);
    ApiResult<Value> begin(
        const Value& body, const AuthenticatedRequest& caller, Form form, const Deviation& deviation
    );
    void run_its_course(const PayoutKey& key, const Deviation& deviation);
    void advance_later(
        const PayoutKey& key, const Payouts::Step& step, std::chrono::milliseconds delay
    );
    void tell(const Payout& payout) SLUICE_EXCLUDES(mutex_);

    World& world_;
    Callbacks& callbacks_;
    WechatExchange exchange_;
    Mutex mutex_;
    std::map<PayoutKey, Course> courses_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::simulator
