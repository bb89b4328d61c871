#pragma once

#include <string_view>

namespace sluice::gateway {

/// The OpenAPI 3.1 document of this API, as it stood in openapi/openapi.json at build time.
[[nodiscard]] std::string_view openapi_document();

}  // namespace sluice::gateway
