#pragma once

#include "gateway/call.hpp"
#include "gateway/metrics.hpp"

namespace sluice::gateway {

Answer get_healthz();
/// 503 while what the engine needs is not there.
Answer get_readyz(const Services& services);
Answer get_metrics(const Services& services, const Metrics& metrics);
Answer get_openapi();

}  // namespace sluice::gateway
