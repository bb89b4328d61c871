#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "channel/adapter_host.hpp"
#include "channel/exchange_message.hpp"
#include "channel/live_registry.hpp"
#include "core/clock.hpp"
#include "core/mutex.hpp"
#include "payment/outcome.hpp"

namespace sluice::channel {

/// The HTTP answer to a channel's callback.
struct CallbackAnswer {
    int status = 200;
    std::string content_type;
    std::string body;
};

/// What a callback turned out to be. With an instruction: authentic, and `answer` is for after the
/// commit that records it. Without: refused, `answer` is for now and nothing is recorded.
struct CallbackVerdict {
    std::optional<InstructionId> instruction;
    Operation operation = Operation::collect;  ///< what was asked for: collect, refund or payout
    payment::Outcome outcome;
    Evidence evidence;
    CallbackAnswer answer;
};

struct CallbackSettings {
    std::size_t body_max_bytes = 64U << 10U;
    std::function<void(const ChannelAccount&)> missed_key = {};  ///< any thread; must be quick
};

/// Reads what channels tell us unasked: the adapter verifies and translates, this class changes
/// nothing. An account that takes no new money still reads its notices. Any thread; calls in
/// parallel each have an interpreter of their own.
class Callbacks {
  public:
    Callbacks(RegistrySource registry, const Clock& clock, CallbackSettings settings = {});

    /// Refusals: 404 unknown account or a number that is not ours, 413, 415 another content type
    /// than the adapter names, 400 garbage, 401 as the adapter says, 500 when the adapter itself
    /// fails. Costs one signature check; does not block.
    [[nodiscard]] CallbackVerdict read(
        const Registry::AccountAddress& address, const AdapterHost::Message& message
    );

  private:
    using HostPtr = std::unique_ptr<AdapterHost>;
    HostPtr take(const AdapterPtr& adapter) SLUICE_EXCLUDES(mutex_);
    void give_back(const std::string& channel, HostPtr host) SLUICE_EXCLUDES(mutex_);

    const RegistrySource registry_;
    const Clock& clock_;
    const CallbackSettings settings_;
    Mutex mutex_;
    std::map<std::string, std::vector<HostPtr>> idle_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::channel
