#include "flows/hostile_flow.hpp"

#include <utility>

namespace sluice::testing {

std::string hostile(const std::string& body) {
    return "return flow {\n"
           "  name = 'hostile', title = { en = 'x', zh = 'x' }, stages = { 'only' },\n"
           "  run = function(pay)\n"
           "    local card = kernel.hold(1).instruction\n"
           "    local sent = kernel.instruct { leg = 2, channel = 'wechatpay',\n"
           "      channel_account = 'wx-a', expires_in = 900 }\n"
           "    kernel.exchange(sent, 'collect')\n"
           "    " +
           body +
           "\n"
           "  end,\n"
           "}\n";
}

FlowDriver drive_hostile(const std::string& source, DriveOptions options) {
    options.release = release_with("flows/hostile.lua", source);
    options.flow = "hostile";
    return FlowDriver(std::move(options));
}

std::string refusal_of(const std::string& body, DriveOptions options) {
    FlowDriver pay = drive_hostile(hostile(body), std::move(options));
    pay.start();
    return pay.error();
}

}  // namespace sluice::testing
