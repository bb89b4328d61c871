#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/value.hpp"
#include "simulator/api_error.hpp"

namespace sluice::simulator {

/// How the payer reaches the order. A barcode's is no path of a create call: its payer is charged.
enum class Scene { native, jsapi, h5, app, barcode };
/// By the last part of a create call's path.
[[nodiscard]] std::optional<Scene> parse_scene(std::string_view text);
/// NATIVE, JSAPI, MWEB, APP, MICROPAY.
[[nodiscard]] std::string_view trade_type(Scene scene);

/// Whose order it is: the books are one, the words are each channel's own.
enum class Provider { wechat, alipay };

/// Which API of WeChat Pay an order was begun over: it ends over the same.
enum class WechatVersion { v2, v3 };

/// A checked create call. At Alipay `mchid` is the seller's number and `appid` the application's.
struct CreateOrder {
    Scene scene = Scene::native;
    Provider provider = Provider::wechat;
    WechatVersion version = WechatVersion::v3;
    std::string appid;
    std::string mchid;
    std::string description;
    std::string out_trade_no;
    std::string notify_url;
    std::string attach;
    std::int64_t amount_total = 0;
    std::string openid;
    std::string auth_code;  ///< what the payer showed at the till
    Time expires;
    /// Equal for two calls exactly when all their parameters are equal, whatever their order.
    std::string fingerprint;
};

/// 6 to 32 characters of 0-9 A-Z a-z _ - | *.
[[nodiscard]] bool is_out_trade_no(std::string_view text);

/// 18 digits that begin with 10 to 15.
[[nodiscard]] bool is_wechat_code(std::string_view text);

/// Checks every parameter as the channel documents it; PARAM_ERROR names the first bad one.
ApiResult<CreateOrder> read_create_order(Scene scene, const Value& body, Time now);

/// The same of an order that is charged to the code that the payer shows.
ApiResult<CreateOrder> read_code_order(const Value& body, Time now);

}  // namespace sluice::simulator
