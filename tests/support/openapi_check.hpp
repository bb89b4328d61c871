#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/value.hpp"

namespace sluice::testing {

/// One answer of the API, with the request line it belongs to.
struct Exchanged {
    std::string method;
    std::string path;  ///< without the query
    int status = 0;
    std::string content_type;
    std::string body;
};

/// The OpenAPI document as the judge of real answers: a status, content type or member that it does
/// not list is a fault. Knows the part of JSON Schema that the document uses: type, enum, required,
/// properties, additionalProperties, items, oneOf, $ref. Immutable; any thread.
class OpenApi {
  public:
    /// Throws when the text is no JSON.
    explicit OpenApi(std::string_view json);
    /// openapi/openapi.json of this project.
    static const OpenApi& project();

    /// What is wrong with the answer; empty when it is as documented. An unknown path may only be
    /// answered by a problem with 404, an unknown method by one with 405.
    [[nodiscard]] std::vector<std::string> faults(const Exchanged& exchanged) const;
    /// What is wrong with a value for a schema of components/schemas.
    [[nodiscard]] std::vector<std::string> faults(std::string_view schema_name, const Value& value)
        const;
    /// "GET /v1/orders" and so on.
    [[nodiscard]] std::vector<std::string> operations() const;
    [[nodiscard]] const Value& document() const { return document_; }

  private:
    [[nodiscard]] const Value* find_path(std::string_view path) const;

    Value document_;
};

}  // namespace sluice::testing
