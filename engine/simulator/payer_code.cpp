#include "simulator/payer_code.hpp"

namespace sluice::simulator {

std::string payer_code(const World& world, const Order& order) {
    const std::string& base = world.settings.payer_page_base;
    if (!base.empty()) {
        // Whoever gets an h5 address adds to its query where the payer goes back to.
        const bool is_h5 = order.wanted.scene == Scene::h5;
        return base + "/payer/" + order.code + (is_h5 ? "?from=h5" : "");
    }
    const bool is_alipay = order.wanted.provider == Provider::alipay;
    return (is_alipay ? "https://qr.alipay.com/" : "weixin://wxpay/bizpayurl?pr=") + order.code;
}

}  // namespace sluice::simulator
