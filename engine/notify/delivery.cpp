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
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        if (kNames.at(i) == text) {
            return static_cast<DeliveryStatus>(i);
        }
    }
    return fail(
        ErrorCode::invalid,
        "status '" + std::string(cut_text(text, 32)) + "', wanted pending, delivered or dead"
    );
}

}  // namespace sluice::notify
