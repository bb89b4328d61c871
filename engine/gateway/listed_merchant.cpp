#include "gateway/listed_merchant.hpp"

#include <utility>

namespace sluice::gateway {

std::expected<std::string, Problem> listed_merchant(const Call& call) {
    const auto given = http::query_parameter(call.request, "merchant_id");
    if (!given && call.merchant_id.empty()) {
        return std::unexpected(invalid_request(
            {{FieldError::Where::parameter,
              "merchant_id",
              "merchant_id is missing, wanted whose objects: this key is of all merchants"}}
        ));
    }
    std::string merchant = given.value_or(std::string(call.merchant_id));
    if (!call.sees(merchant)) {
        return std::unexpected(not_found("merchant", merchant));
    }
    return merchant;
}

std::expected<std::optional<std::string>, Problem> listed_merchant_or_all(const Call& call) {
    const bool names_one = http::query_parameter(call.request, "merchant_id").has_value();
    if (!names_one && !call.shown_merchant()) {
        return std::nullopt;
    }
    return listed_merchant(call);
}

}  // namespace sluice::gateway
