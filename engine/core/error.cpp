#include "core/error.hpp"

namespace sluice {

std::string_view to_string(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid:
            return "invalid";
        case ErrorCode::not_found:
            return "not_found";
        case ErrorCode::conflict:
            return "conflict";
        case ErrorCode::refused:
            return "refused";
        case ErrorCode::unauthorized:
            return "unauthorized";
        case ErrorCode::forbidden:
            return "forbidden";
        case ErrorCode::limit:
            return "limit";
        case ErrorCode::unavailable:
            return "unavailable";
        case ErrorCode::unknown:
            return "unknown";
        case ErrorCode::corrupt:
            return "corrupt";
        case ErrorCode::nondeterminism:
            return "nondeterminism";
        case ErrorCode::script:
            return "script";
    }
    return "invalid";
}

}  // namespace sluice
