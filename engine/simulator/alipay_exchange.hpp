#pragma once

#include <string_view>

#include "http/message.hpp"
#include "simulator/alipay_gate.hpp"
#include "simulator/misbehaviour.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// What every method of the gateway does alike: wording answers, signing them, misbehaving as
/// ordered. Any thread; perform() blocks for as long as an ordered latency.
class AlipayExchange {
  public:
    explicit AlipayExchange(World& world) : world_(world) {}

    /// As perform_with_faults() does. What `act` gives are the members beside "code" and "msg".
    http::Response perform(const AlipayCall& call, const FaultTarget& target, const Act& act);
    /// A refusal before anybody is known: without a signature.
    [[nodiscard]] static http::Response unsigned_refusal(const ApiError& error);

  private:
    http::Response answer(const AlipayCall& call, const Value& members, SignatureQuality quality);
    http::Response refusal(const AlipayCall& call, const ApiError& error);
    http::Response signed_node(const AlipayCall& call, const Value& node, SignatureQuality quality);

    World& world_;
};

/// A refusal in the business' own words: "ACQ.TRADE_NOT_EXIST".
[[nodiscard]] ApiError business_error(std::string_view word);
/// The books' refusal of an order in the gateway's words.
[[nodiscard]] ApiError trade_error(Operation operation, const ApiError& error);

}  // namespace sluice::simulator
