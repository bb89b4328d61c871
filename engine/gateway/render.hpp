#pragma once

#include <string>
#include <vector>

#include "core/value.hpp"
#include "gateway/account_store.hpp"
#include "http/message.hpp"
#include "payment/payment.hpp"

namespace sluice::gateway {

/// How the objects of the API look in JSON. Pure; the OpenAPI document says the same.
/// The two that are answered all the time come as text.
[[nodiscard]] std::string render(const payment::Order& order);
[[nodiscard]] std::string render(const payment::Picture& picture);
[[nodiscard]] Value render(const Account& account);
[[nodiscard]] Value render(const AccountEntry& entry);

/// {"orders":[...],"next_cursor":...}; no cursor: null.
[[nodiscard]] std::string render_page(
    const std::vector<payment::Order>& orders, const std::string& next_cursor
);
[[nodiscard]] std::string render_page(
    const std::vector<payment::Picture>& payments, const std::string& next_cursor
);

[[nodiscard]] http::Response json_response(int status, const Value& body);
/// `body` is JSON already.
[[nodiscard]] http::Response json_response(int status, std::string body);

}  // namespace sluice::gateway
