#pragma once

#include <string>

#include "core/value.hpp"
#include "http/client.hpp"

namespace sluice::testing {

/// An answer as a caller sees it. `status` 0: there was none, `why` says what happened.
struct Reply {
    int status = 0;
    Value body;
    http::Headers headers;
    std::string why;

    /// Nothing is known to have failed for good: a caller sends the same again.
    [[nodiscard]] bool should_be_sent_again() const { return status == 0 || status == 503; }
    [[nodiscard]] std::string text(std::string_view member) const {
        return std::string(body.text_or_empty(member));
    }
};

/// A caller of an HTTP API that speaks JSON. Any thread.
class Api {
  public:
    Api(std::string base_url, std::string bearer_key)
        : base_url_(std::move(base_url)), bearer_key_(std::move(bearer_key)) {}

    Reply get(const std::string& path, const http::Headers& headers = {});
    Reply post(const std::string& path, const Value& body, const http::Headers& headers = {});
    /// A POST without a body.
    Reply post(const std::string& path);
    Reply patch(const std::string& path, const Value& body);
    Reply remove(const std::string& path);

  private:
    Reply call(http::ClientRequest request);

    std::string base_url_;
    std::string bearer_key_;
    http::Client client_;
};

}  // namespace sluice::testing
