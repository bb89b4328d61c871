#include "http/protocol_error.hpp"

#include "core/value.hpp"

namespace sluice::http {

Response plain_answer(const ProtocolError& error) {
    Value body;
    body.set("status", error.status);
    body.set("title", status_text(error.status));
    body.set("detail", error.detail);
    Response response{.status = error.status};
    response.headers.add({"Content-Type", "application/problem+json"});
    response.body = to_json(body);
    return response;
}

}  // namespace sluice::http
