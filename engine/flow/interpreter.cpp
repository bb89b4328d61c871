#include "flow/interpreter.hpp"

#include <string>
#include <utility>

#include "flow/script_error.hpp"

namespace sluice::flow {
namespace {

// 128 runs of the usual size, about 1.3 MB; then the libraries cost a run about 1 KB.
constexpr std::size_t kRunsMax = 128;
constexpr std::size_t kBytesMax = 2U << 20;
// Collecting takes about a millisecond then.
constexpr std::size_t kGarbageMax = 1U << 20;
constexpr std::size_t kSparse = 4;

}  // namespace

Result<std::shared_ptr<Interpreter>> Interpreter::open(FlowScriptsPtr scripts, Company company) {
    std::unique_ptr<Interpreter> interpreter(new Interpreter(std::move(scripts)));
    lua::VmSettings settings;
    settings.heap_limit = lua::HeapLimit::growth;
    settings.collecting =
        company == Company::shared ? lua::Collecting::when_told : lua::Collecting::steadily;
    settings.host.push_back(kernel_api(interpreter->seat_));
    settings.libraries = interpreter->scripts_->libraries;
    auto vm = lua::Vm::create(std::move(settings));
    if (!vm) {
        return fail(script_error(vm.error()));
    }
    interpreter->vm_ = std::move(*vm);
    interpreter->company_ = company;
    interpreter->collect_at_ = kBytesMax;
    return std::shared_ptr<Interpreter>(std::move(interpreter));
}

bool Interpreter::is_full() const {
    const std::size_t most = company_ == Company::shared ? kRunsMax : 1;
    return entered_ >= most || memory_bytes() >= kBytesMax;
}

bool Interpreter::is_sparse() const {
    return company_ == Company::shared && is_full() && living_ * kSparse <= entered_;
}

void Interpreter::enter() {
    ++entered_;
    ++living_;
}

Result<std::unique_ptr<lua::Coroutine>> Interpreter::load() {
    auto coroutine = lua::Coroutine::load(vm_, *scripts_->flow);
    if (!coroutine) {
        return fail(script_error(coroutine.error()));
    }
    return std::move(*coroutine);
}

/// A file is read without any payment, so it names the same stages for every run.
Result<StageNames> Interpreter::stages_of(lua::Coroutine& coroutine) {
    if (stages_ != nullptr) {
        return stages_;
    }
    auto listed = coroutine.get("stages");
    if (!listed) {
        return fail(script_error(listed.error()));
    }
    std::vector<std::string> stages;
    for (const auto& stage : listed->as_array() == nullptr ? ValueArray{} : *listed->as_array()) {
        if (stage.as_text() != nullptr) {
            stages.push_back(*stage.as_text());
        }
    }
    if (stages.empty()) {
        return fail(
            ErrorCode::script,
            name_of(*scripts_->flow) + " wants 'stages', a list of names like { \"collect\" }"
        );
    }
    stages_ = std::make_shared<const std::vector<std::string>>(std::move(stages));
    return stages_;
}

Result<payment::Service> Interpreter::service_of(lua::Coroutine& coroutine) {
    if (service_) {
        return *service_;
    }
    // Flows of before the other services do not say it.
    const auto named = coroutine.get("service");
    const bool says_it = named && named->as_text() != nullptr;
    const std::string text = says_it ? *named->as_text() : "payment";
    const auto service = payment::parse_service(text);
    if (!service) {
        return fail(ErrorCode::script, name_of(*scripts_->flow) + ": " + service.error().message);
    }
    service_ = *service;
    return *service;
}

Result<payment::Service> Interpreter::service() {
    SLUICE_ASSIGN(const auto coroutine, load());
    return service_of(*coroutine);
}

bool Interpreter::tidy() {
    if (company_ == Company::alone || memory_bytes() < collect_at_ || !is_usable()) {
        return false;
    }
    vm_->collect();
    collect_at_ = memory_bytes() + kGarbageMax;
    return memory_bytes() > kBytesMax;
}

}  // namespace sluice::flow
