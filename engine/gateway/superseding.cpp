#include "gateway/superseding.hpp"

#include <memory>
#include <utility>

namespace sluice::gateway {
namespace {

using payment::Picture;
using payment::SubjectStatus;

bool fits(const payment::Order& order, const payment::Subject& payment) {
    return payment.amount.minor() <= order.amount.minor() - order.paid_minor;
}

Error more_than_due(std::string what) {
    return {ErrorCode::refused, std::move(what), "more_than_due"};
}

/// Why the payment does not begin although its rival has ended.
Error paid_first(const Picture& rival, const payment::Subject& ours) {
    const std::string what = "payment " + rival.subject.name() + " succeeded before it was closed";
    if (payment::is_final(rival.order.status)) {
        return {
            ErrorCode::refused,
            what + ": the order is " + std::string(to_string(rival.order.status)),
            "order_not_open"
        };
    }
    if (!fits(rival.order, ours)) {
        return more_than_due(what + ": this payment is more than the order still owes");
    }
    return {
        ErrorCode::conflict,
        what + ": nothing was begun, ask again if the rest is to be paid so",
        "rival_succeeded"
    };
}

/// One attempt on its way to begin. Lives as long as somebody is asked for it.
class Superseding : public std::enable_shared_from_this<Superseding> {
  public:
    Superseding(const Services& services, Attempt attempt, Take<Picture> take)
        : services_(services), attempt_(std::move(attempt)), take_(std::move(take)) {}

    void begin() {
        start([self = shared_from_this()](Result<Picture> reply) { self->begun(std::move(reply)); }
        );
    }

  private:
    /// Nothing of a refused start stays, so that the same may be asked again.
    void start(Take<Picture> take) {
        worker::StartRun start = attempt_.start;
        payment::Subject& subject = start.picture.subject;
        subject.created_at = services_.ids.now();
        subject.updated_at = subject.created_at;
        start.answer_by = subject.created_at + attempt_.patience;
        services_.parts.intake.start(std::move(start), std::move(take));
    }

    void begun(Result<Picture> reply) {
        const bool stands_in_the_way = !reply && reply.error().context == "payment_unresolved";
        if (!stands_in_the_way) {
            take_(std::move(reply));
            return;
        }
        const payment::Picture& ours = attempt_.start.picture;
        if (!fits(ours.order, ours.subject)) {
            take_(fail(more_than_due("the payment is more than the order still owes")));
            return;
        }
        const Closing closing{
            attempt_.rival, payment::CloseReason::superseded, attempt_.rival_patience
        };
        close_and_wait(services_, closing, [self = shared_from_this()](Result<Picture> rival) {
            self->rival_closed(std::move(rival));
        });
    }

    void rival_closed(Result<Picture> rival) {
        if (!rival) {
            take_(std::move(rival));
            return;
        }
        const SubjectStatus status = rival->subject.status;
        if (!payment::is_final(status)) {
            take_(fail(unresolved(attempt_.rival)));
            return;
        }
        if (status != SubjectStatus::closed && status != SubjectStatus::failed) {
            take_(fail(paid_first(*rival, attempt_.start.picture.subject)));
            return;
        }
        start(take_);
    }

    const Services& services_;
    Attempt attempt_;
    Take<Picture> take_;
};

}  // namespace

Error unresolved(PaymentId payment) {
    return {
        ErrorCode::conflict,
        "it is not known yet whether payment " + payment.to_string() +
            " brings money; it is asked to close, try again when it has ended",
        "payment_unresolved"
    };
}

void close_and_wait(const Services& services, const Closing& closing, Take<Picture> take) {
    services.parts.intake.close(
        RunId(closing.payment.raw()),
        closing.reason,
        [&services, patience = closing.patience, take = std::move(take)](Result<Picture> asked) {
            const bool is_the_end = !asked || patience == std::chrono::seconds{0} ||
                                    payment::is_final(asked->subject.status);
            if (is_the_end) {
                take(std::move(asked));
                return;
            }
            services.parts.intake.wait_final(
                asked->subject.id, services.ids.now() + patience, take
            );
        }
    );
}

void begin_attempt(const Services& services, Attempt attempt, Take<Picture> take) {
    std::make_shared<Superseding>(services, std::move(attempt), std::move(take))->begin();
}

}  // namespace sluice::gateway
