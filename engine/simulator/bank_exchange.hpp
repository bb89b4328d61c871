#pragma once

#include <string>
#include <string_view>

#include "http/message.hpp"
#include "simulator/bank_signature.hpp"
#include "simulator/misbehaviour.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// How the bank answers a customer that it knows: signed over what was asked, refusals too, with
/// what the ordered faults make of it. Any thread.
class BankExchange {
  public:
    explicit BankExchange(World& world) : world_(world), gate_(world) {}

    /// One request that was let in. `target` outlives the answer.
    struct Call {
        const BankAccount* account = nullptr;
        std::string_view target;
        FaultTarget fault = {};
    };

    /// As BankGate says.
    ApiResult<const BankAccount*> authenticate(const http::Request& request) {
        return gate_.authenticate(request);
    }
    http::Response refusal(const Call& call, const ApiError& error);
    http::Response file(const Call& call, std::string content);
    /// Blocks for as long as an ordered latency.
    http::Response perform(const Call& call, const Act& act);

    /// For who is not known to be anybody.
    static http::Response unsigned_refusal(const ApiError& error);

  private:
    http::Response sealed(const Call& call, http::Response response, SignatureQuality quality);

    World& world_;
    BankGate gate_;
};

}  // namespace sluice::simulator
