#include "gateway/render_subject.hpp"

#include "gateway/render.hpp"
#include "gateway/render_outgoing.hpp"
#include "gateway/render_refund.hpp"

namespace sluice::gateway {
std::string render_subject(const payment::Picture& picture) {
    switch (picture.subject.service) {
        case payment::Service::payment:
            return render(picture);
        case payment::Service::refund:
            return render_refund(picture);
        case payment::Service::payout:
        case payment::Service::transfer:
            break;
    }
    return render_outgoing(picture);
}

std::string address_of(const payment::Subject& subject) {
    return "/v1/" + std::string(payment::to_string(subject.service)) + "s/" + subject.name();
}

}  // namespace sluice::gateway
