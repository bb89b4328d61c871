#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "faults/caller.hpp"
#include "faults/clerk.hpp"
#include "faults/notebook.hpp"
#include "faults/patient.hpp"
#include "support/node_cluster.hpp"

namespace sluice::testing {

/// Business systems of several merchants, and payers, that do everything at once, each by a plan
/// that follows from the seed (wishes.hpp): orders, payments in parts, refunds, payouts, transfers,
/// top-ups; people who decide what is left to them. Remembers what was asked and answered. All
/// merchants use the same numbers, as none knows of the others. start() and stop() belong to one
/// thread.
class Workload {
  public:
    struct Options {
        std::size_t callers_each = 2;  ///< of each merchant
        std::uint64_t seed = 1;
    };

    /// Opens accounts and puts money in them. Throws when that fails.
    Workload(Cluster& cluster, const Options& options);
    ~Workload();  ///< stops
    Workload(const Workload&) = delete;
    Workload& operator=(const Workload&) = delete;

    void start();
    /// No new wishes; each caller still ends the one in hand. People are there as long as this is.
    void stop();
    /// Waits for so many more answered requests. False when they do not come or a caller got what
    /// it should not; all of them stop then.
    [[nodiscard]] bool wait_for_more(std::size_t steps);

    [[nodiscard]] std::size_t sent_again() const;
    /// Answers that the model does not allow.
    [[nodiscard]] std::vector<std::string> complaints() { return notes_.complaints(); }
    /// What callers noted.
    [[nodiscard]] Testimony testimony() { return notes_.testimony(); }

  private:
    /// One merchant.
    struct Home {
        Home(Cluster& cluster, std::string_view merchant, Api& simulator, Notebook& notes);
        Purse open_purse(const std::string& currency);
        std::string open_account(
            const std::string& kind, const std::string& owner, const std::string& currency
        );

        Api direct;
        PatientApi api;
        Town town;
    };
    void run_caller(std::size_t caller);

    Cluster& cluster_;
    Options options_;
    Api simulator_;
    Notebook notes_;
    std::vector<std::unique_ptr<Home>> homes_;
    std::optional<Clerk> clerk_;
    std::atomic<bool> stopping_{false};
    std::vector<std::thread> callers_;
};

}  // namespace sluice::testing
