#pragma once

#include <string>

#include "core/clock.hpp"
#include "decision/dry_run.hpp"
#include "payment/payment.hpp"
#include "payment/task.hpp"

namespace sluice::decision {

/// When every dry run begins.
inline constexpr Time kDryBegin{std::chrono::seconds(1'767'225'600)};

/// What a dry run of a flow for this service is about: made up, the same every time.
[[nodiscard]] payment::Picture made_up_subject(
    const std::string& flow, payment::Service service, const DryWorld& world
);

/// What somebody fills into the task's form.
[[nodiscard]] Value made_up_values(const payment::Task& task);

}  // namespace sluice::decision
