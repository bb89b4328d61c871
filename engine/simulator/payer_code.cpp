#include "simulator/payer_code.hpp"

namespace sluice::simulator {

std::string payer_code(const World& world, const Order& order) {
    const std::string& base = world.settings.payer_page_base;
    if (!base.empty()) {
        return base + "/payer/" + order.code;
    }
    const bool is_alipay = order.wanted.provider == Provider::alipay;
    return (is_alipay ? "https://qr.alipay.com/" : "weixin://wxpay/bizpayurl?pr=") + order.code;
}

}  // namespace sluice::simulator
