#include "worker/evidence.hpp"

namespace sluice::worker {

Value to_value(const channel::Evidence& evidence) {
    Value value;
    value.set("method", evidence.method);
    value.set("path", evidence.path);
    value.set("http_status", evidence.http_status);
    value.set("request", evidence.request);
    value.set("response", evidence.response);
    value.set("took_us", evidence.took_us);
    return value;
}

}  // namespace sluice::worker
