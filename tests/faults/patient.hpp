#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <string>

#include "support/node_api.hpp"

namespace sluice::testing {

/// A caller that behaves as it should: what may not have arrived is sent again with the same body,
/// until it is answered. Any thread.
class PatientApi {
  public:
    explicit PatientApi(Api& api) : api_(api) {}

    /// The last reply when patience ends; `why` says so then.
    Reply get(const std::string& path, const http::Headers& headers = {});
    Reply post(const std::string& path, const Value& body, const http::Headers& headers = {});

    /// Requests that had to be sent again.
    [[nodiscard]] std::size_t sent_again() const { return sent_again_; }

  private:
    Reply until_answered(const std::function<Reply()>& send);

    Api& api_;
    std::atomic<std::size_t> sent_again_{0};
};

}  // namespace sluice::testing
