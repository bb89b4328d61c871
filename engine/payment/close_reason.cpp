#include "payment/close_reason.hpp"

#include "payment/names.hpp"

namespace sluice::payment {
namespace {

constexpr Names<CloseReason, 2> kReasons{"close reason", {"closed_by_business", "superseded"}};

}  // namespace

std::string_view to_string(CloseReason reason) { return kReasons.of(reason); }

Result<CloseReason> parse_close_reason(std::string_view text) { return kReasons.parse(text); }

}  // namespace sluice::payment
