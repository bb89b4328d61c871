#include "channel/callbacks.hpp"

#include <algorithm>
#include <utility>

#include "channel/evidence.hpp"
#include "core/utf8.hpp"

namespace sluice::channel {
namespace {

constexpr std::size_t kIdleMax = 16;
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kText = "text/plain; charset=utf-8";

CallbackVerdict refuse(int status, std::string_view why) {
    CallbackVerdict verdict;
    verdict.answer = {status, std::string(kText), std::string(why)};
    return verdict;
}

/// "application/json" of "Application/JSON; charset=utf-8".
std::string media_type_of(std::string_view header) {
    std::string type(header.substr(0, header.find(';')));
    while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) {
        type.pop_back();
    }
    std::ranges::transform(type, type.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return type;
}

/// What the sender wrote is not repeated: it may be any bytes. Without the header the body speaks
/// for itself, as its signature does.
std::optional<CallbackVerdict> wrong_type(
    const Adapter& adapter, const AdapterHost::Message& message
) {
    const std::string* header = message.headers.find("content-type");
    if (adapter.callback_type.empty() || header == nullptr ||
        media_type_of(*header) == adapter.callback_type) {
        return std::nullopt;
    }
    return refuse(415, "the content type is another than wanted, " + adapter.callback_type);
}

CallbackAnswer answer_of(const CallbackReading& reading) {
    if (const std::string* text = reading.body.as_text()) {
        return {reading.status, std::string(kText), *text};
    }
    if (reading.body.is_null()) {
        return {reading.status, {}, {}};
    }
    return {reading.status, std::string(kJson), to_json(reading.body)};
}

}  // namespace

Callbacks::Callbacks(RegistrySource registry, const Clock& clock, CallbackSettings settings)
    : registry_(std::move(registry)), clock_(clock), settings_(std::move(settings)) {}

Callbacks::HostPtr Callbacks::take(const AdapterPtr& adapter) {
    {
        const MutexLock lock(mutex_);
        std::vector<HostPtr>& idle = idle_[adapter->name];
        std::erase_if(idle, [&](const HostPtr& host) { return !host->runs(adapter); });
        if (!idle.empty()) {
            HostPtr host = std::move(idle.back());
            idle.pop_back();
            return host;
        }
    }
    return std::make_unique<AdapterHost>(adapter, settings_.missed_key);
}

void Callbacks::give_back(const std::string& channel, HostPtr host) {
    const MutexLock lock(mutex_);
    std::vector<HostPtr>& idle = idle_[channel];
    if (idle.size() < kIdleMax) {
        idle.push_back(std::move(host));
    }
}

CallbackVerdict Callbacks::read(
    const Registry::AccountAddress& address, const AdapterHost::Message& message
) {
    const RegistryPtr registry = registry_.now();
    const ChannelAccount* account = registry->find_account(address);
    if (account == nullptr) {
        return refuse(404, "no such channel account");
    }
    if (message.body.size() > settings_.body_max_bytes) {
        return refuse(413, "the body is too large");
    }
    const AdapterPtr adapter = registry->find_adapter(account->channel());
    if (auto verdict = wrong_type(*adapter, message)) {
        return *std::move(verdict);
    }
    if (!is_utf8(message.body) || message.body.find('\0') != std::string_view::npos) {
        return refuse(400, "the body is not UTF-8");
    }
    HostPtr host = take(adapter);
    auto reading = host->read_callback(message, *account, {clock_.now(), {}});
    give_back(adapter->name, std::move(host));
    if (!reading) {
        return refuse(500, "the callback cannot be read now");
    }
    CallbackVerdict verdict;
    verdict.answer = answer_of(*reading);
    if (reading->is_refused) {
        return verdict;
    }
    const auto number = Id128::parse(reading->number);
    if (!number) {
        return refuse(404, "no such order number");
    }
    verdict.instruction = InstructionId(*number);
    verdict.operation = reading->operation;
    verdict.outcome = std::move(reading->outcome);
    verdict.evidence.method = "POST";
    verdict.evidence.path = "/callbacks/" + account->channel() + "/" + account->name();
    verdict.evidence.http_status = verdict.answer.status;
    verdict.evidence.request = masked_body(message.body, adapter->masked);
    return verdict;
}

}  // namespace sluice::channel
