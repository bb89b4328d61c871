// Whatever Alipay answers or says unasked, well signed or not: it is read within the laws of
// check_answer(), encrypted it says the same as in the clear, and a notice that is not signed is
// about nothing.
#include <algorithm>

#include "channel/adapter_host.hpp"
#include "channel/callbacks.hpp"
#include "channel/charset.hpp"
#include "channels/alipay_world.hpp"
#include "channels/recorded_file.hpp"
#include "channels/wechatpay_world.hpp"
#include "core/invariant.hpp"
#include "fuzz/alipay_seal.hpp"
#include "fuzz/reach.hpp"
#include "fuzz/recorded_message.hpp"

namespace {

namespace world = sluice::channel::testing;
using sluice::Value;
using sluice::channel::AdapterHost;
using sluice::fuzz::RecordedMessage;
using sluice::payment::Outcome;

constexpr const char* kAnswer = "an answer";
constexpr const char* kSealedAnswer = "an encrypted answer";
constexpr const char* kNotice = "a notice";
constexpr const char* kSealingNotice = "a notice to who encrypts";

/// The channel's account, read once.
struct Alipay {
    explicit Alipay(sluice::channel::ChannelAccountSettings account)
        : registry(world::alipay_registry(std::move(account))) {}

    sluice::channel::RegistryPtr registry;
    AdapterHost host{registry->find_adapter("alipay")};
    sluice::ManualClock clock{world::test_now()};
    sluice::channel::Callbacks callbacks{registry, clock};
};

struct Applications {
    Alipay clear{world::alipay_account()};
    Alipay sealing{world::sealing_alipay_account()};
};

/// How an application is told the node, and the reader that is reached by it.
struct Told {
    world::NodeOrder node;
    const char* reader;
};

/// What the application makes of it.
Outcome read_node(Alipay& channel, const RecordedMessage& message, const Told& told) {
    auto order = world::alipay_order(*message.operation);
    if (message.scene == "barcode") {
        order.instruction.scene = message.scene;
        order.instruction.payer = sluice::ValueObject{{"auth_code", "281234567890123456"}};
    }
    const Outcome outcome = channel.host.read(
        {order, {message.status, {}, world::signed_node(told.node)}},
        *channel.registry->find_account({"alipay", "main"}),
        {world::test_now(), "nonce"}
    );
    const bool is_good = told.node.signature == "good";
    if (sluice::fuzz::check_answer({order, outcome, message.status, is_good})) {
        sluice::fuzz::reached(told.reader);
    }
    return outcome;
}

void answer(Applications& applications, const RecordedMessage& message) {
    const Value* told = message.content.find("node");
    const std::string plain = told == nullptr ? message.body : world::body_of(told);
    const std::string root = world::root_of(*message.operation, message.scene);
    for (const char* signature : {"good", "wrong"}) {
        const Outcome clear =
            read_node(applications.clear, message, {{root, plain, signature}, kAnswer});
        const Outcome sealed = read_node(
            applications.sealing,
            message,
            {{root, world::sealed_node(plain), signature}, kSealedAnswer}
        );
        // What is no record may end its answer before its end, which nothing encrypted can.
        const bool is_record = told != nullptr && told->as_object() != nullptr;
        SLUICE_INVARIANT(!is_record || to_value(clear) == to_value(sealed));
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

void call_back(Alipay& channel, const RecordedMessage& message, const char* reader) {
    const Value* form = message.content.find("form");
    if (form == nullptr || !is_sendable(*form)) {
        SLUICE_INVARIANT(!channel.callbacks.read({"alipay", "main"}, {{}, message.body}).instruction
        );
        return;
    }
    const bool is_read = sluice::fuzz::check_notice([&](std::string_view signature) {
        const std::string body = world::signed_notice(*form, signature);
        return channel.callbacks.read({"alipay", "main"}, {{}, body});
    });
    if (is_read) {
        sluice::fuzz::reached(reader);
    }
}

}  // namespace

std::vector<std::string> sluice::fuzz::readers() {
    return {kAnswer, kSealedAnswer, kNotice, kSealingNotice};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Applications applications;
    const RecordedMessage message = sluice::fuzz::read_recorded(data, size);
    if (message.operation) {
        answer(applications, message);
    } else {
        call_back(applications.clear, message, kNotice);
        call_back(applications.sealing, message, kSealingNotice);
    }
    return 0;
}
