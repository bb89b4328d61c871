#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "faults/testimony.hpp"

namespace sluice::testing {

/// What must stand in our books if callers and channels tell the truth, and nothing else may.
/// Pure: it knows no database and no server, so a planted fen proves that it would be found.
class Auditor {
  public:
    explicit Auditor(const Testimony& told) : told_(told) {}

    /// One sentence a fault: the object, what was predicted, what was found. None: all is sound.
    [[nodiscard]] std::vector<std::string> findings();

    /// What an account of ours must hold.
    [[nodiscard]] std::int64_t predicted_balance(const std::string& account) const;
    /// What must stand on every account of the chart.
    [[nodiscard]] BookedSums predicted_sums() const;

  private:
    void check_ends();
    void check_owners();
    void check_orders();
    void check_accounts();
    void check_sums();
    void check_refunds();
    void check_caps();
    void check_conversions();
    void check_words();
    void check_cases();
    void check_far_books();
    void check_payees();
    void check_limits();
    void check_events();

    /// What an object of a merchant has to do with.
    struct Touched {
        std::string merchant;
        std::string order;  ///< or ""
        std::vector<WayTold> ways;
        std::vector<std::string> accounts;
    };
    void expect_private(const std::string& id, const std::string& merchant);
    void expect_own(const std::string& id, const Touched& touched);
    [[nodiscard]] bool is_named(const RefundTold& refund, const WayTold& way) const;
    [[nodiscard]] std::vector<WayTold> late_returns(const std::string& id, const RefundTold& refund)
        const;
    [[nodiscard]] std::vector<std::string> ends_of(const std::string& id, const RefundTold& refund)
        const;
    [[nodiscard]] LegAsked leg_of(const WayTold& way) const;
    [[nodiscard]] std::int64_t surplus_of(const WayTold& way) const;
    [[nodiscard]] bool was_paid(const std::string& number) const;
    [[nodiscard]] bool paid_by(const std::string& account, const WayTold& way) const;
    [[nodiscard]] bool has_told(const std::string& id, std::string_view type) const;
    void expect(bool holds, const std::string& otherwise);
    void expect_equal(const std::string& what, std::int64_t found, std::int64_t predicted);
    void check_line(const WayTold& way, const std::string& of, const FarBook& book);

    const Testimony& told_;
    std::vector<std::string> findings_;
};

}  // namespace sluice::testing
