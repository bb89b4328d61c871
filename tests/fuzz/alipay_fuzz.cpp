// Whatever Alipay answers or says unasked, well signed or not: it is read within the laws of
// check_answer(), and a notice that is not signed is about nothing.
#include <algorithm>

#include "channel/adapter_host.hpp"
#include "channel/callbacks.hpp"
#include "channel/charset.hpp"
#include "channels/alipay_world.hpp"
#include "channels/recorded_file.hpp"
#include "channels/wechatpay_world.hpp"
#include "core/invariant.hpp"
#include "fuzz/recorded_message.hpp"

namespace {

namespace world = sluice::channel::testing;
using sluice::Value;
using sluice::channel::AdapterHost;
using sluice::fuzz::RecordedMessage;

/// The channel's account, read once.
struct Alipay {
    sluice::channel::RegistryPtr registry = world::alipay_registry(world::alipay_account());
    AdapterHost host{registry->find_adapter("alipay")};
    sluice::ManualClock clock{world::test_now()};
    sluice::channel::Callbacks callbacks{registry, clock};
};

void answer(Alipay& channel, const RecordedMessage& message) {
    auto order = world::alipay_order(*message.operation);
    if (message.scene == "barcode") {
        order.instruction.scene = message.scene;
        order.instruction.payer = sluice::ValueObject{{"auth_code", "281234567890123456"}};
    }
    const Value* node = message.content.find("node");
    for (const char* signature : {"good", "wrong"}) {
        const std::string body = world::signed_node(
            {.root = world::root_of(order.operation, order.instruction.scene),
             .node = node == nullptr ? message.body : world::body_of(node),
             .signature = signature}
        );
        const auto outcome = channel.host.read(
            {order, {message.status, {}, body}},
            *channel.registry->find_account({"alipay", "main"}),
            {world::test_now(), "nonce"}
        );
        sluice::fuzz::check_answer(outcome, message.status, signature == std::string_view("good"));
    }
}

/// A form as the channel could send it: texts that its charset has.
bool is_sendable(const Value& form) {
    if (form.as_object() == nullptr) {
        return false;
    }
    const auto charset = sluice::channel::parse_charset(form.text_or_empty("charset"))
                             .value_or(sluice::channel::Charset::utf8);
    return std::ranges::all_of(*form.as_object(), [&](const auto& member) {
        const std::string* text = member.second.as_text();
        return text != nullptr && sluice::channel::from_utf8(*text, charset) &&
               sluice::channel::from_utf8(member.first, charset);
    });
}

void call_back(Alipay& channel, const RecordedMessage& message) {
    const Value* form = message.content.find("form");
    if (form == nullptr || !is_sendable(*form)) {
        SLUICE_INVARIANT(!channel.callbacks.read({"alipay", "main"}, {{}, message.body}).instruction
        );
        return;
    }
    sluice::fuzz::check_notice([&](std::string_view signature) {
        const std::string body = world::signed_notice(*form, signature);
        return channel.callbacks.read({"alipay", "main"}, {{}, body});
    });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Alipay channel;
    const RecordedMessage message = sluice::fuzz::read_recorded(data, size);
    if (message.operation) {
        answer(channel, message);
    } else {
        call_back(channel, message);
    }
    return 0;
}
