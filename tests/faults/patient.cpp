#include "faults/patient.hpp"

#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

constexpr std::chrono::milliseconds kBeforeNextTry{30};

}  // namespace

Reply PatientApi::get(const std::string& path, const http::Headers& headers) {
    return until_answered([&] { return api_.get(path, headers); });
}

Reply PatientApi::post(const std::string& path, const Value& body, const http::Headers& headers) {
    return until_answered([&] { return api_.post(path, body, headers); });
}

Reply PatientApi::until_answered(const std::function<Reply()>& send) {
    Reply reply;
    const bool answered = eventually([&] {
        reply = send();
        if (!reply.should_be_sent_again()) {
            return true;
        }
        ++sent_again_;
        let_pass(kBeforeNextTry);
        return false;
    });
    if (!answered) {
        reply.why = "never answered, at last: " + reply.why;
    }
    return reply;
}

}  // namespace sluice::testing
