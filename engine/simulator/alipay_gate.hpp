#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/value.hpp"
#include "http/message.hpp"
#include "simulator/alipay_app.hpp"
#include "simulator/api_error.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// One authenticated request at the gateway.
struct AlipayCall {
    const AlipayApp* app = nullptr;
    std::string method;
    Value content;  ///< biz_content, decrypted
    std::string notify_url;
    std::string return_url;
    std::string host;           ///< ours, as the caller named it
    bool is_encrypted = false;  ///< then the answer is too
};

/// Who asks what: from the query and a form body together. Any thread; keeps nothing.
class AlipayGate {
  public:
    explicit AlipayGate(const World& world) : world_(world) {}

    /// Checks, in this order: form, method, application, format, charset, sign_type, version,
    /// timestamp within fifteen minutes, certificates in certificate mode, signature over the
    /// decoded values, encryption, content. The refusal's status is the gateway's own code (40001,
    /// 40002), its code the sub_code.
    ApiResult<AlipayCall> admit(const http::Request& request) const;

  private:
    ApiResult<void> check_signature(const Value& parameters, const AlipayApp& app) const;
    ApiResult<void> check_timestamp(std::string_view timestamp) const;

    const World& world_;
};

/// "2026-01-01 08:00:30" in Beijing; nullopt when the text is none.
[[nodiscard]] std::optional<Time> parse_beijing(std::string_view text);

}  // namespace sluice::simulator
