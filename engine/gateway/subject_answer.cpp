#include "gateway/subject_answer.hpp"

#include <string>
#include <utility>

#include "gateway/forwarding.hpp"
#include "gateway/prefer.hpp"
#include "gateway/render.hpp"
#include "gateway/render_subject.hpp"
#include "gateway/timeline.hpp"

namespace sluice::gateway {
namespace {

using payment::Picture;

std::string name_of(payment::Service service, Id128 id) {
    payment::Subject subject;
    subject.service = service;
    subject.id = RunId(id);
    return subject.name();
}

}  // namespace

std::expected<Picture, Problem> own_picture(
    const Services& services, const Call& call, payment::Service service, Id128 id
) {
    auto found = services.parts.payments.find(RunId(id));
    if (!found) {
        return std::unexpected(problem_of(found.error()));
    }
    std::optional<Picture>& picture = *found;
    const bool is_theirs =
        picture && picture->subject.service == service && call.sees(picture->subject.merchant_id);
    if (!is_theirs) {
        return std::unexpected(not_found(payment::to_string(service), name_of(service, id)));
    }
    return *std::move(picture);
}

http::Response answer_with(
    int status, const Picture& picture, std::optional<std::chrono::seconds> wait
) {
    http::Response response = json_response(status, render_subject(picture));
    response.headers.set({"Location", address_of(picture.subject)});
    if (wait) {
        response.headers.set({"Preference-Applied", "wait=" + std::to_string(wait->count())});
    }
    return response;
}

Reply show_or_wait(
    const Services& services,
    const Call& call,
    const Picture& picture,
    std::optional<std::chrono::seconds> wait
) {
    const std::chrono::seconds patience = wait.value_or(std::chrono::seconds{0});
    if (patience == std::chrono::seconds{0} || payment::is_final(picture.subject.status)) {
        return answer_with(200, picture, wait);
    }
    const RunId id = picture.subject.id;
    if (auto reply = answer_elsewhere(services, call, id.bucket())) {
        return *std::move(reply);
    }
    return wait_for<Picture>(
        patience + services.settings.engine_grace,
        [&services, id, patience](Take<Picture> take) {
            services.parts.intake.wait_final(id, services.ids.now() + patience, std::move(take));
        },
        [wait](const Result<Picture>& ended) -> Answer {
            if (!ended) {
                return std::unexpected(problem_of(ended.error()));
            }
            return answer_with(200, *ended, wait);
        }
    );
}

Reply answer_get(const Services& services, const Call& call, payment::Service service, Id128 id) {
    SLUICE_ANSWER_ASSIGN(const auto wait, read_wait(call.request));
    SLUICE_ANSWER_ASSIGN(const Picture picture, own_picture(services, call, service, id));
    return show_or_wait(services, call, picture, wait);
}

Answer answer_timeline(
    const Services& services, const Call& call, payment::Service service, Id128 id
) {
    SLUICE_ANSWER_ASSIGN(const Picture picture, own_picture(services, call, service, id));
    const auto journal = services.parts.payments.journal(RunId(id));
    if (!journal) {
        return std::unexpected(problem_of(journal.error()));
    }
    return json_response(200, render_timeline(picture, *journal));
}

}  // namespace sluice::gateway
