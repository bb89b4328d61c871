#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "channel/exchange_message.hpp"
#include "core/hash.hpp"
#include "core/id.hpp"
#include "core/result.hpp"
#include "payment/close_reason.hpp"
#include "payment/outcome.hpp"
#include "payment/payment.hpp"
#include "payment/task.hpp"

namespace sluice::worker {

/// What the caller of start() waits for; the commit of the first activation at least.
enum class WaitFor {
    committed,
    actionable,  ///< something for the payer to act on (a code to scan), or a final status
    final_status,
};

/// A wish to begin a run.
struct StartRun {
    /// The subject and what belongs to its service; an order that exists as the database has it
    /// now. No instructions.
    payment::Picture picture;
    bool order_is_new = false;    ///< payments only: the order begins with them
    Hash128 order_hash;           ///< of the order's request body, kept for new orders
    std::string idempotency_key;  ///< empty: none given
    Hash128 request_hash;         ///< of the whole request body
    WaitFor wait_for = WaitFor::committed;
    Time answer_by{};  ///< the reply comes then at the latest, with the picture as it is
};

/// Answers exactly once, on a worker's thread: it must be quick and must not block.
/// `conflict` with context "idempotency_key" or "merchant_order_number": same key, other body.
/// `refused`: the domain said no (context = reason, e.g. "order_not_open", "payment_unresolved").
/// `unavailable`: nothing was done, try again. `unknown`: the commit's fate is not known; the same
/// request may be repeated and will find what happened.
using PictureReply = std::function<void(Result<payment::Picture>)>;
using DoneReply = std::function<void(Result<void>)>;

struct CallbackFact {
    InstructionId instruction;
    /// Whose notice it is. It may speak of what left over this account alone: whoever can sign for
    /// one account must not decide what becomes of another's money.
    std::string channel;
    std::string channel_account;
    /// What the channel had been asked for: collect, refund or payout.
    payment::Operation operation = payment::Operation::collect;
    payment::Outcome outcome;
    channel::Evidence evidence;
};

/// The door of the engine for everything that comes from outside. Any thread.
class Intake {
  public:
    virtual ~Intake() = default;

    /// Whether the bucket is this node's right now. Does not block.
    [[nodiscard]] virtual bool owns(Bucket bucket) const = 0;

    /// The address ("host:port") of the node that owns the bucket when that is not this node;
    /// nullopt when it is ours. `unavailable` when nobody is known to own it right now.
    /// Blocks on the database when the bucket is not ours; nothing else here blocks.
    virtual Result<std::optional<std::string>> owner_elsewhere(Bucket bucket) = 0;

    /// Replies when what it waits for has come, or with what the natural keys already led to.
    virtual void start(StartRun request, PictureReply reply) = 0;

    /// Asks a pending payment to end unpaid: the channel is closed first, and money that arrived
    /// meanwhile wins. Replies when the wish is committed; a final payment is answered as it is.
    virtual void close(RunId run_id, payment::CloseReason reason, PictureReply reply) = 0;

    /// Hands a person's vote to the run that asked. Replies when it is counted and committed, or
    /// with the reason why it does not count: `not_found`, `forbidden`, `invalid`, or `conflict`
    /// with context "task_over" or "already_voted". The same vote again is counted once.
    virtual void vote(RunId run_id, payment::TaskVote vote, DoneReply reply) = 0;

    /// Records what a channel told us. Replies after the commit that holds it.
    virtual void callback(CallbackFact fact, DoneReply reply) = 0;

    /// Replies when the payment reaches a final status, or at the deadline with its picture then.
    virtual void wait_final(RunId run_id, Time deadline, PictureReply reply) = 0;
};

}  // namespace sluice::worker
