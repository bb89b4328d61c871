#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "core/clock.hpp"
#include "core/value.hpp"
#include "simulator/alipay_gate.hpp"
#include "simulator/create_order.hpp"

namespace sluice::simulator {

/// How a create call lets the payer reach the trade.
enum class AlipayScene { qr, barcode, page, wap, app };
/// By the method, "alipay.trade.precreate" and so on; nullopt for one that creates nothing.
[[nodiscard]] std::optional<AlipayScene> alipay_scene(std::string_view method);

/// Checks every member of a create call as the gateway documents it; INVALID_PARAMETER names the
/// first bad one, "isv.suspected-attack" a member that is not documented.
ApiResult<CreateOrder> read_alipay_order(const AlipayCall& call, AlipayScene scene, Time now);

/// Refuses members that are not in the list.
ApiResult<void> check_content(
    const Value& content, std::initializer_list<std::string_view> members
);
/// "12.34" with exactly two decimals in fen; nullopt for anything else and for less than 0.01.
[[nodiscard]] std::optional<std::int64_t> fen_of(std::string_view decimal);
[[nodiscard]] std::string yuan_of(std::int64_t fen);
/// 1 to 64 characters of 0-9 A-Z a-z _.
[[nodiscard]] bool is_alipay_number(std::string_view text);

}  // namespace sluice::simulator
