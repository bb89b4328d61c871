#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "core/clock.hpp"
#include "simulator/books.hpp"
#include "simulator/faults.hpp"
#include "simulator/id_source.hpp"
#include "simulator/merchant.hpp"
#include "simulator/psp.hpp"
#include "simulator/scheduler.hpp"

namespace sluice::simulator {

/// Everything the parts of the simulator share. Owned by Psp; each member guards itself.
struct World {
    World(PspSettings given, PspIdentities identities, const Clock& time)
        : settings(std::move(given)),
          clock(time),
          merchants(std::move(identities.merchants)),
          platform(std::move(identities.platform)),
          ids(settings.seed),
          books(ids, settings.orders_max),
          faults(ids) {}

    [[nodiscard]] Time now() const { return clock.now(); }

    const PspSettings settings;
    const Clock& clock;
    const MerchantDirectory merchants;
    const PlatformIdentity platform;
    IdSource ids;
    Books books;
    Faults faults;
    std::atomic<std::int64_t> auto_pay_share = 0;  ///< per cent of new orders
    std::atomic<std::int64_t> auto_pay_delay_ms = 0;
    Scheduler scheduler;  ///< stopped before anything else goes
};

}  // namespace sluice::simulator
