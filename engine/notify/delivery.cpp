#include "notify/delivery.hpp"

#include <array>
#include <cstddef>

namespace sluice::notify {
namespace {

constexpr std::array<std::string_view, 3> kNames{"pending", "delivered", "dead"};

}  // namespace

std::string_view to_string(DeliveryStatus status) {
    return kNames.at(static_cast<std::size_t>(status));
}

Result<DeliveryStatus> parse_delivery_status(std::string_view text) {
    for (const auto status :
         {DeliveryStatus::pending, DeliveryStatus::delivered, DeliveryStatus::dead}) {
        if (to_string(status) == text) {
            return status;
        }
    }
    return fail(
        ErrorCode::invalid,
        "status '" + std::string(cut_text(text, 32)) + "', wanted pending, delivered or dead"
    );
}

}  // namespace sluice::notify
