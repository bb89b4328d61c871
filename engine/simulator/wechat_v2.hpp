#pragma once

#include "http/message.hpp"
#include "simulator/misbehaviour.hpp"
#include "simulator/wechat_till.hpp"
#include "simulator/wechat_v2_message.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// The till over API v2: micropay, orderquery and reverse, XML signed with the APIv2 key, with the
/// same books and faults as the v3 API. There is no TLS here, so nobody is asked for a client
/// certificate. Any thread; blocks for as long as an ordered latency.
class WechatV2 {
  public:
    explicit WechatV2(World& world) : world_(world), till_(world) {}

    /// For paths under /pay/ and /secapi/.
    http::Response answer(const http::Request& request);

  private:
    http::Response pay(const V2Call& call);
    http::Response query(const V2Call& call);
    http::Response reverse(const V2Call& call);

    struct Asked {
        Operation operation = Operation::create;
        Recalls recalls = Recalls::no;
    };
    http::Response perform(const V2Call& call, const Asked& asked, const Act& act);

    World& world_;
    WechatTill till_;
};

}  // namespace sluice::simulator
