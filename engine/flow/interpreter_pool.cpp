#include "flow/interpreter_pool.hpp"

namespace sluice::flow {
namespace {

constexpr int kAloneAfterAbort = 256;

}  // namespace

Result<std::shared_ptr<Interpreter>> InterpreterPool::place_for(const FlowScriptsPtr& scripts) {
    Place& place = places_[scripts.get()];
    place.scripts = scripts;
    if (place.alone > 0) {
        --place.alone;
        return Interpreter::open(scripts, Company::alone);
    }
    if (place.open == nullptr || place.open->is_full() || !place.open->is_usable()) {
        place.open.reset();
        SLUICE_ASSIGN(place.open, Interpreter::open(scripts, Company::shared));
    }
    return place.open;
}

void InterpreterPool::note_abort(const FlowScripts& scripts) {
    const auto place = places_.find(&scripts);
    if (place != places_.end()) {
        place->second.open.reset();
        place->second.alone = kAloneAfterAbort;
    }
}

}  // namespace sluice::flow
