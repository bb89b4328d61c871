#include "gateway/superseding.hpp"

#include <memory>
#include <utility>

namespace sluice::gateway {
namespace {

using payment::Picture;
using payment::SubjectStatus;

/// Why the payment does not begin although its rival has ended.
Error paid_first(const Picture& rival, const payment::Subject& ours) {
    const std::string what = "payment " + rival.subject.name() + " succeeded before it was closed";
    if (auto refusal = find_refusal(rival.order, ours.amount.minor())) {
        refusal->message = what + ": " + refusal->message;
        return *std::move(refusal);
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

std::optional<Error> find_refusal(const payment::Order& order, std::int64_t amount_minor) {
    if (payment::is_final(order.status)) {
        return Error{
            ErrorCode::refused,
            "the order takes no payment any more, it is " + std::string(to_string(order.status)),
            "order_not_open"
        };
    }
    const std::int64_t due = order.amount.minor() - order.paid_minor;
    if (amount_minor > due) {
        return Error{
            ErrorCode::refused,
            "the payment is " + std::to_string(amount_minor) + ", wanted at most the " +
                std::to_string(due) + " that the order still owes",
            "more_than_due"
        };
    }
    return std::nullopt;
}

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
