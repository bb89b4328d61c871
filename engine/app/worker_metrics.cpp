#include "app/worker_metrics.hpp"

#include <cstddef>
#include <cstdint>

#include "worker/fleet.hpp"

namespace sluice::app {

std::string worker_metrics(const worker::Fleet& fleet) {
    std::string lines;
    for (std::size_t i = 0; i < fleet.workers().size(); ++i) {
        const worker::Worker& worker = *fleet.workers()[i];
        const auto add = [&](const char* name, std::uint64_t value) {
            lines += "sluice_worker_" + std::string(name) + "{worker=\"" + std::to_string(i) +
                     "\"} " + std::to_string(value) + "\n";
        };
        add("batches_total", worker.counters().batches);
        add("activations_total", worker.counters().activations);
        add("sessions_total", worker.counters().sessions);
        add("live_runs", worker.counters().live);
        add("warm_runs", worker.counters().warm);
        add("buckets", worker.buckets_held());
    }
    return lines;
}

}  // namespace sluice::app
