#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "faults/testimony.hpp"

namespace sluice::testing {

inline constexpr const char* kWechat = "wechatpay/wx-main";
inline constexpr const char* kBank = "bank/bank-main";

/// A movement that succeeded: of a payout at the bank, else at WeChat Pay; or at an account of
/// ours.
WayTold at_channel(const std::string& id, const std::string& purpose, std::int64_t amount);
WayTold at_account(const std::string& account, const std::string& purpose, std::int64_t amount);
/// The same, giving back of that.
WayTold of_source(WayTold way, const std::string& source);
/// All objects are of that merchant, and shown to nobody else.
void tell_of_whom(Testimony& told, const std::string& merchant);

/// One order with payments, refunds, payouts, a conversion and a transfer, of which everybody tells
/// the truth.
[[nodiscard]] Testimony true_testimony();

/// One untruth, and what the auditor must say of it.
struct Lie {
    const char* name;
    std::function<void(Testimony&)> tell;
    const char* finding;
};
/// Expects that each of them is found when everything else is true.
void expect_found(const Testimony& truth, const std::vector<Lie>& lies);

}  // namespace sluice::testing
