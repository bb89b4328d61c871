#pragma once

#include "http/message.hpp"
#include "simulator/misbehaviour.hpp"
#include "simulator/platform_signature.hpp"
#include "simulator/request_auth.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// One authenticated request of a merchant.
struct WechatCall {
    Operation operation = Operation::create;
    AuthenticatedRequest caller;
    FaultAddress address;
};

/// What every part of the v3 API does alike: knowing the caller, misbehaving as ordered, signing
/// answers. Any thread; perform() blocks for as long as an ordered latency.
class WechatExchange {
  public:
    explicit WechatExchange(World& world) : world_(world) {}

    [[nodiscard]] ApiResult<AuthenticatedRequest> caller_of(const http::Request& request) const;

    /// As perform_with_faults() does; a null value is answered with 204.
    http::Response perform(const WechatCall& call, const Act& act);
    http::Response signed_answer(
        const WechatCall& call, const Value& body, SignatureQuality quality
    );

  private:
    World& world_;
};

/// Refusals carry no signature, as on the real channel.
[[nodiscard]] http::Response refusal_answer(const ApiError& error);

}  // namespace sluice::simulator
