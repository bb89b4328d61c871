// Whatever WeChat Pay answers or says unasked, well signed or not: it is read within the laws of
// check_answer(), and a notice that is not signed is about nothing.
#include "channel/adapter_host.hpp"
#include "channel/callbacks.hpp"
#include "channels/wechatpay_world.hpp"
#include "fuzz/recorded_message.hpp"
#include "fuzz/wechatpay_notice.hpp"

namespace {

namespace world = sluice::channel::testing;
using sluice::channel::AdapterHost;
using sluice::fuzz::RecordedMessage;

/// The channel's account, read once.
struct Wechatpay {
    sluice::channel::RegistryPtr registry = world::wechatpay_registry(world::wechatpay_account());
    AdapterHost host{registry->find_adapter("wechatpay")};
    sluice::ManualClock clock{world::test_now()};
    sluice::channel::Callbacks callbacks{registry, clock};
};

void answer(Wechatpay& channel, const RecordedMessage& message) {
    const auto order = message.scene.empty()
                           ? world::wechatpay_order(*message.operation)
                           : world::wechatpay_order_by(message.scene, *message.operation);
    for (const char* signature : {"good", "wrong"}) {
        sluice::http::Response response{message.status, {}, message.body};
        response.headers = world::signature_headers(signature, message.body);
        const auto outcome = channel.host.read(
            {order, response},
            *channel.registry->find_account({"wechatpay", "main"}),
            {world::test_now(), "nonce"}
        );
        sluice::fuzz::check_answer(outcome, message.status, signature == std::string_view("good"));
    }
}

void call_back(Wechatpay& channel, const RecordedMessage& message) {
    const std::string body = world::notice_of(message.content);
    sluice::fuzz::check_notice([&](std::string_view signature) {
        const auto headers = world::signature_headers(signature, body);
        return channel.callbacks.read({"wechatpay", "main"}, {headers, body});
    });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Wechatpay channel;
    const RecordedMessage message = sluice::fuzz::read_recorded(data, size);
    if (message.operation) {
        answer(channel, message);
    } else {
        call_back(channel, message);
    }
    return 0;
}
