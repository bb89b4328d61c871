#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace sluice::testing {

/// Whether the model lets an amount be accepted; `either` while something is still open.
enum class Verdict { must_be_taken, must_be_refused, either };

/// What one order may still collect and give back, as its only caller knows it: between what is
/// sure and what is possible. One thread.
class OrderModel {
  public:
    explicit OrderModel(std::int64_t amount) : amount_(amount) {}

    /// It was accepted, and may end any way.
    void payment_begun(const std::string& id, std::int64_t amount);
    /// As the API says now; final words are believed, others change nothing.
    void payment_is(const std::string& id, const std::string& status);
    void refund_begun(const std::string& id, std::int64_t amount);
    void refund_is(const std::string& id, const std::string& status);
    /// So much of a refund was here again after its end, and stays: it may go back once more.
    void refund_came_back(const std::string& id, std::int64_t amount);

    [[nodiscard]] Verdict judge_payment(std::int64_t amount) const;
    [[nodiscard]] Verdict judge_refund(std::int64_t amount) const;

    /// What surely has come and is promised to no refund.
    [[nodiscard]] std::int64_t sure_rest() const;
    /// What at most can be left for a refund.
    [[nodiscard]] std::int64_t possible_rest() const;
    [[nodiscard]] std::int64_t due() const { return amount_ - paid_.sure; }
    [[nodiscard]] std::int64_t amount() const { return amount_; }
    [[nodiscard]] bool has_open_payment() const { return paid_.open() > 0; }

  private:
    /// Amounts that ended well, and those that still may.
    struct Sum {
        std::int64_t sure = 0;
        std::map<std::string, std::int64_t> pending;

        void end(const std::string& id, const std::string& status);
        [[nodiscard]] std::int64_t open() const;
    };

    std::int64_t amount_;
    Sum paid_;
    Sum refunded_;
};

}  // namespace sluice::testing
