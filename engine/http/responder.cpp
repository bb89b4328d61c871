#include "http/responder.hpp"

#include <utility>

namespace sluice::http {

Responder::~Responder() {
    if (sink_ != nullptr) {
        sink_->drop();
    }
}

Responder& Responder::operator=(Responder&& other) noexcept {
    const Responder old(std::exchange(sink_, std::exchange(other.sink_, nullptr)));
    return *this;
}

void Responder::answer(Response response) {
    answer([response = std::move(response)]() mutable { return std::move(response); });
}

void Responder::answer(MakeResponse make) {
    if (const auto sink = std::exchange(sink_, nullptr)) {
        sink->answer(std::move(make));
    }
}

void Responder::give_up_at(SteadyTime deadline, MakeResponse make) {
    if (sink_ != nullptr) {
        sink_->give_up_at(deadline, std::move(make));
    }
}

}  // namespace sluice::http
