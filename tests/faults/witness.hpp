#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "faults/testimony.hpp"
#include "support/node_cluster.hpp"

namespace sluice::testing {

/// Completes what callers noted: the end of each object, the accounts and the events over the API,
/// the books of channels and bank from the simulator, and the sums that our books claim. Ask when
/// all is quiet. One thread.
class Witness {
  public:
    explicit Witness(Cluster& cluster);

    /// Lets bank and channel tell again what came back, and what came after the end: who missed it
    /// would never ask.
    void hear_again();
    /// Throws when the API or the simulator does not answer.
    [[nodiscard]] Testimony complete(Testimony told);
    /// Whether no order is open any more and nothing that the callers know of is pending.
    [[nodiscard]] bool sees_all_ended(const Testimony& told);

  private:
    Value get(const std::string& merchant, const std::string& path);
    /// Every row of a list of the API, of each merchant.
    struct Row {
        std::string merchant;
        Value shown;
    };
    std::vector<Row> list(const std::string& name);
    Value shown_by_simulator(const std::string& path);
    void tell_orders(Testimony& told);
    void tell_refunds(Testimony& told);
    void tell_services(Testimony& told);
    void tell_accounts(Testimony& told);
    void tell_events(Testimony& told);
    void tell_far_books(Testimony& told);
    static void tell_far_payouts(Testimony& told, const Value& books);
    void tell_cases(Testimony& told);
    void tell_sums(Testimony& told);

    Cluster& cluster_;
    Api simulator_;
    std::map<std::string, std::unique_ptr<Api>> apis_;  ///< by merchant
};

}  // namespace sluice::testing
