#include "faults/caller.hpp"

namespace sluice::testing {

Value with_amount(Value body, std::int64_t amount) {
    body.set("amount", amount);
    return body;
}

std::string NumberedCall::shown() const {
    return "POST " + path_ + " " + to_json(body_) + ": " + std::to_string(reply_.status) + " " +
           reply_.why;
}

std::string NumberedCall::send(const http::Headers& headers) {
    reply_ = town_.api.post(path_, body_, headers);
    town_.notes.count_step();
    const bool is_refusal =
        reply_.status >= 400 && reply_.status < 500 && !reply_.text("code").empty();
    if (!is_taken() && !is_refusal) {
        town_.notes.complain(shown());
    }
    return is_taken() ? reply_.text("id") : std::string();
}

void NumberedCall::send_again(Again again, const Value& changed, const std::string& code) {
    if (again == Again::no || !is_taken()) {
        return;
    }
    const std::string id = reply_.text("id");
    NumberedCall repeat(town_, path_, again == Again::same_body ? body_ : changed);
    const std::string repeated = repeat.send();
    if (again == Again::same_body && repeated != id) {
        town_.notes.complain(id + " again is not the same: " + repeat.shown());
    }
    const bool is_refused = repeat.reply().status == 409 && repeat.reply().text("code") == code;
    if (again == Again::other_body && !is_refused) {
        town_.notes.complain(id + " took another body: " + repeat.shown());
    }
}

}  // namespace sluice::testing
