#pragma once

#include <cstdint>
#include <string>

#include "core/clock.hpp"
#include "core/value.hpp"
#include "simulator/api_error.hpp"

namespace sluice::simulator {

/// A checked call for a collection.
struct CollectionOrder {
    std::string request_number;
    std::string agreement;
    std::int64_t amount = 0;  ///< fen
    Time expires;
    std::string notify_url;  ///< empty: nobody is called back
    /// Equal for two calls exactly when all their parameters are equal, whatever their order.
    std::string fingerprint;
};

/// Checks every parameter as channels/bank/README.md tells; PARAM_ERROR names the first bad one.
ApiResult<CollectionOrder> read_collection_order(const Value& body);

}  // namespace sluice::simulator
