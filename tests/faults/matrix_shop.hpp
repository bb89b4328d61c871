#pragma once

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "faults/matrix_cells.hpp"
#include "support/node_cluster.hpp"

namespace sluice::testing {

/// What every payment, refund and payout of a matrix is about, in fen.
inline constexpr std::int64_t kMatrixAmount = 1'234;

/// How one protocol is asked for, and which of a cell's ends is its own.
struct MatrixProtocol {
    std::string_view name;
    std::string_view scene;
    std::string_view order_member;  ///< what the simulator calls the number of an order
    std::string_view payout_method;
    std::string_view MatrixCell::* end;
    bool tells_of_refunds;
    bool tells_of_payouts;
    bool knows_what_was_scanned;  ///< an order is none before its payer looked at it
};
inline void PrintTo(const MatrixProtocol& protocol, std::ostream* out) { *out << protocol.name; }

/// One payment, refund or payout on its way through a cell.
struct MatrixCase {
    const MatrixCell* cell = nullptr;
    std::string path;   ///< of the API, with its id
    std::string order;  ///< of a refund: the order at the channel that is given back

    [[nodiscard]] std::string name() const {
        return std::string(cell->operation) + " " + std::string(cell->kind);
    }
};

/// A business system that begins one thing for each cell of a matrix, all under way at the same
/// time, and looks how they end. Each fault is met by the thing that it was ordered for. Failures
/// throw. One thread.
class MatrixShop {
  public:
    MatrixShop(Cluster& cluster, const MatrixProtocol& protocol);

    MatrixCase begin_payment(const MatrixCell& cell);
    MatrixCase begin_refund(const MatrixCell& cell);
    MatrixCase begin_payout(const MatrixCell& cell);
    /// All that is told of it, for a person to read.
    std::string shown(const MatrixCase& begun);
    /// As a cell says it: the status, or "pending" and the status of the last instruction.
    [[nodiscard]] std::string end_of(const MatrixCase& begun);
    /// Fault orders that nothing met, without those that last until money comes.
    [[nodiscard]] std::vector<std::string> faults_left();
    /// Payouts without a fault that went beside the others.
    [[nodiscard]] std::int64_t untroubled() const { return untroubled_; }

  private:
    struct FaultWords {
        std::string_view operation;
        std::string_view kind;
        std::int64_t value;
    };
    /// Whom a fault hits; nobody in particular when it is empty.
    struct Number {
        std::string_view member;
        std::string number;
    };

    static Value must(const Reply& reply, const std::string& doing);
    std::string next_number() { return "M-" + std::to_string(++numbers_); }
    std::int64_t order_fault(const FaultWords& fault, const Number& of = {});
    bool is_met(std::int64_t fault);
    MatrixCase ended(MatrixCase begun);
    MatrixCase meet(const MatrixCell& cell, const std::function<std::string()>& post);
    void keep_company(const std::string& path);
    std::string post_payment();
    std::string post_payout();
    std::string number_of(const std::string& path);
    void wait_for_action(const std::string& path);
    bool pays(const std::string& number);
    void pay(const std::string& path);

    Cluster& cluster_;
    const MatrixProtocol& protocol_;
    Api simulator_;
    int numbers_ = 0;
    std::int64_t untroubled_ = 0;
};

}  // namespace sluice::testing
