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
    std::string_view name;    ///< of its tests
    std::string_view method;  ///< as legs call it, and the simulator
    std::string_view scene;
    std::string_view order_member;  ///< what the simulator calls the number of an order
    std::string_view payout_method;
    std::string_view MatrixCell::* end;
    bool tells_of_refunds;
    bool tells_of_payouts;
    bool knows_what_was_scanned;          ///< an order is none before its payer looked at it
    std::string_view barcode_api = "v3";  ///< of WeChat Pay's tills
    std::string_view pays_out_by = {};    ///< the only account that may; empty: any

    [[nodiscard]] bool is_at_till() const { return scene == "barcode"; }
    /// Whether the message of that cell can come at all. Of a till nothing is told, and Alipay
    /// tells of refunds where it told of their payments.
    [[nodiscard]] bool may_meet(const MatrixCell& cell) const {
        const bool is_told = !is_at_till() || tells_of_refunds;
        return cell.*end != kNotThere && (is_told || cell.operation != "refund_callback");
    }
};
inline void PrintTo(const MatrixProtocol& protocol, std::ostream* out) { *out << protocol.name; }

/// One payment, refund or payout on its way through a cell.
struct MatrixCase {
    const MatrixCell* cell = nullptr;
    std::string path;     ///< of the API, with its id
    std::string payment;  ///< of a refund: the path of what is given back

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
    /// So many payments that refunds can give back: for a breaker these, which are answered, are
    /// most of what an account sends.
    void collect(std::size_t count);
    /// Of one that was collected, each once.
    MatrixCase begin_refund(const MatrixCell& cell);
    MatrixCase begin_payout(const MatrixCell& cell);
    /// All that is told of it, for a person to read.
    std::string shown(const MatrixCase& begun);
    /// As a cell says it: the status, or "pending" and the status of the last instruction.
    [[nodiscard]] std::string end_of(const MatrixCase& begun);
    /// Fault orders that nothing met, without those that last until money comes.
    [[nodiscard]] std::vector<std::string> faults_left();
    /// Payments at the till and payouts without a fault that went beside the others.
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

    /// Posts what shall meet the cell's fault; without a cell, what goes beside it.
    using Post = std::function<std::string(const MatrixCell*)>;

    static Value must(const Reply& reply, const std::string& doing);
    std::string next_number() { return "M-" + std::to_string(++numbers_); }
    std::int64_t order_fault(const FaultWords& fault, const Number& of = {});
    bool is_met(std::int64_t fault);
    MatrixCase ended(MatrixCase begun);
    MatrixCase meet(const MatrixCell& cell, const Post& post);
    void keep_company(const std::string& path);
    [[nodiscard]] std::vector<FaultWords> beside(const MatrixCell& cell) const;
    [[nodiscard]] Value payer();
    std::string post_payment(const MatrixCell* cell = nullptr);
    std::string post_payout();
    MatrixCase begin_at_till(const MatrixCell& cell);
    void close(const MatrixCase& begun);
    std::string number_of(const std::string& path);
    void wait_for_action(const std::string& path);
    void wait_for_answer(const std::string& path);
    void wait_until_succeeded(const std::string& path);
    bool pays(const std::string& number);
    void pay(const std::string& path);

    Cluster& cluster_;
    const MatrixProtocol& protocol_;
    Api simulator_;
    int numbers_ = 0;
    int codes_ = 0;
    std::vector<std::string> paid_;  ///< paths of payments that nothing has given back
    std::int64_t untroubled_ = 0;
};

}  // namespace sluice::testing
