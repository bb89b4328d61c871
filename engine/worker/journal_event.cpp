#include "worker/journal_event.hpp"

namespace sluice::worker {

std::string journal_event(const payment::Subject& subject) {
    const std::string service(payment::to_string(subject.service));
    if (subject.service == payment::Service::payment) {
        const bool unwinds = subject.status == payment::SubjectStatus::compensating ||
                             subject.status == payment::SubjectStatus::failed ||
                             subject.status == payment::SubjectStatus::closed;
        const bool is_paid = subject.status == payment::SubjectStatus::succeeded;
        if (subject.status == payment::SubjectStatus::surplus) {
            return service + "_surplus";
        }
        return service + (is_paid ? "_succeeded" : unwinds ? "_unwound" : "_collected");
    }
    return service + "_" + std::string(payment::to_string(subject.status));
}

}  // namespace sluice::worker
