---@meta kernel
-- The primitives that the verbs in scripts/lib are made of; flows speak the verbs. Read by editors
-- and by people, never run. A test holds this list against the functions that are registered.
--
-- "Journaled" says what an activation keeps of the call. What is kept as an effect must come out
-- the same when the run is rebuilt; what is kept as recorded is given back then, not asked again.
-- A call that is refused is the author's mistake: the activation is dropped and the run is parked.

---@class Money

---@alias Operation "collect"|"query"|"close"|"refund"|"refund_query"|"payout"|"payout_query"

---@class Event
---@field type "outcome"|"callback"|"timer"|"close_requested"|"task"
---@field reason "closed_by_business"|"superseded" close_requested only
---@field instruction string outcome and callback only
---@field operation Operation outcome and callback only
---@field outcome string what the adapter understood, e.g. "pending"; outcome and callback only
---@field code string the channel's own code, may be ""; outcome and callback only
---@field status string the instruction's status just after this; outcome and callback only
---@field task string task only
---@field verdict "approved"|"denied"|"expired"|"cancelled" task only
---@field values table what was approved, as the form orders it; task only

---@class TaskField
---@field name string
---@field title { en: string, zh: string }
---@field type "text"|"amount"|"choice"|"account"|"payee"
---@field required boolean?
---@field choices string[]? of a choice
---@field only_for string[]? it belongs to these choices of the first field; nil: to all

---@class Task
---@field kind string e.g. "approve"; "resolve": what became of an instruction? "give_back": how
---does money go back that no way takes? the forms of these two are given
---@field title { en: string, zh: string }
---@field role string of those who may vote
---@field needed integer? so many people must say the same, 1 to 10; nil is 1
---@field form TaskField[]? what they fill in; texts need not be alike
---@field deadline integer? seconds; then it expires
---@field escalate { after: integer, role: string }? then another role may vote too
---@field about string? an instruction; of "give_back" the collected one
---@field amount Money? what is at stake

---@class Request
---@field leg integer
---@field channel string
---@field channel_account string
---@field expires_in integer seconds

---@class Refund
---@field source string the collected instruction
---@field amount Money
---@field account string? one that the refund names, or that paid a part; nil: the original path
---@field task string? an approved task of kind "give_back": the balance account that people named

---@class PayBack
---@field source string the collected instruction
---@field amount Money
---@field channel string
---@field channel_account string
---@field task string? an approved task of kind "give_back": the payee that people named

---@class PayoutLimits
---@field day_begins integer minutes that the merchant's day is ahead of UTC
---@field merchant_day Money? how much the merchant may pay out in his day
---@field payee_day Money? how much the payee may get in such a day
---@field order Money? how much may make one order good

---@class View
---@field status string
---@field code string
---@field message string
---@field amount Money
---@field not_sent boolean whether its last request surely never reached the channel; while it is
---"created" the same may go out again
---@field charged_at_once boolean whether the payer's code is used up by one request and closing
---gives back what it took: then close and query or collect never cross
---@field may_repeat boolean whether `collect` may go out once more: what the payer needs was lost,
---and the channel gives the same order for the same request

kernel = {}

-- Shows on the payment where its flow is. Never waits. Journaled: an effect.
---@param name string one of the flow's `stages`
---@param phase "begun"|"done"
function kernel.stage(name, phase) end

-- Asks a live policy. Never waits. Journaled: the answer, recorded.
---@param policy string "risk" or "route"
---@param facts table a record
---@return table answer the policy's record, with `policy`, `release` and `facts`
function kernel.decide(policy, facts) end

-- Creates the one instruction that may collect an external leg. Refused while another of the leg
-- may still take the money, and above what the payment and its order owe. Never waits, sends
-- nothing. Journaled: an effect; the terms of the channel account, recorded.
---@param request Request
---@return string? instruction nil when this node has no such channel account
function kernel.instruct(request) end

-- Freezes the amount of an internal leg. Never waits. Journaled: an effect; a refusal by the
-- database, recorded.
---@param leg integer
---@return { ok: boolean, instruction: string, code: string?, message: string? }
function kernel.hold(leg) end

-- Takes what was frozen and books it to the order (2001 or 2002 to 2201). Never waits. Journaled:
-- as kernel.hold. After a refusal the hold still stands.
---@param instruction string
---@return { ok: boolean, code: string?, message: string? }
function kernel.capture(instruction) end

-- Lets go what was frozen. Never waits. Journaled: an effect.
---@param instruction string
function kernel.release(instruction) end

-- Asks the channel, after the activation is committed; the answer comes as an event. One question
-- of a kind at a time. What moves money (`collect`, `refund`, `payout`) goes out once, and again
-- only while `may_repeat`. It is booked the moment it is known: what came to the order (1101 to
-- 2201), what went back (2202 to 1101), what was paid out (2203 to 1103). Never waits.
-- Journaled: an effect.
---@param instruction string
---@param operation Operation
function kernel.exchange(instruction, operation) end

-- How an instruction stands now. Never waits. Not journaled.
---@param instruction string
---@return string status as View has it
function kernel.status(instruction) end

-- All that is known of an instruction now. Never waits. Not journaled.
---@param instruction string
---@return View
function kernel.view(instruction) end

-- Closes an instruction that the channel never had. The collect must be answered, a close too, and
-- a query must have found nothing that was asked after that close and as long after the collect as
-- the channel declares. False: not yet, nothing changed. Never waits. Journaled: an effect.
---@param instruction string
---@return boolean closed
function kernel.conclude_absent(instruction) end

-- Books the whole amount from the order to what the merchant is owed (2201 to 2101), or to the
-- account that a top-up names (2201 to 2001 or 2002), which may refuse it. An error unless
-- succeeded instructions cover it; after it only success may follow. Not `ok`, code "order_over",
-- when the order was paid or closed meanwhile: nothing is booked then, and the payment can only
-- unwind. Never waits. Journaled: an effect a line; a refusal by the database, recorded.
---@return { ok: boolean, code: string?, message: string? }
function kernel.settle() end

-- Keeps what a channel collected as money that no order took (2201 to 2204); it is refunded by a
-- run of its own. Only once, after kernel.settle said that the order is over, and of a payment that
-- unwinds. Never waits. Journaled: an effect a line, and a case.
---@param instruction string
function kernel.exceed(instruction) end

-- Owes collected money back (2201 to 2202); kernel.refund then gives it back. Only once, and only
-- of a payment that unwinds. Never waits. Journaled: an effect a line.
---@param instruction string
function kernel.owe_back(instruction) end

-- Keeps room of one source for a kernel.refund or kernel.pay_back that comes later, so that no
-- other refund takes it meanwhile; free again when the refund ends. Once a source. Codes when it
-- cannot be: "over_refunded". Never waits. Journaled: an effect; a refusal by the database,
-- recorded.
---@param request { source: string, amount: Money }
---@return { ok: boolean, code: string?, message: string? }
function kernel.reserve(request) end

-- Begins to give back part of what was collected, within what is owed and what is left of its
-- source. An account has it at once (2202 to 2001 or 2002); only its own, or as `account` one that
-- the refund names or that paid another part. At a channel it is an instruction for
-- kernel.exchange. Codes when it cannot be: "over_refunded", "too_many_parts", "window_over",
-- "no_refunds", "no_channel", "account_closed". Never waits. Journaled: an effect; a refusal by the
-- database and the terms of the channel account, recorded.
---@param request Refund
---@return { ok: boolean, instruction: string?, code: string?, message: string? }
function kernel.refund(request) end

-- Begins to pay out to the payee that the refund names, or people, what no way back takes, within
-- what is owed and what is left of its source (2202 to 2203); `kernel.exchange` sends it. What the
-- channel surely did not pay is owed as before. Codes when it cannot be: "over_refunded",
-- "no_channel". Never waits. Journaled: as kernel.refund.
---@param request PayBack
---@return { ok: boolean, instruction: string?, code: string?, message: string? }
function kernel.pay_back(request) end

-- Books what people gave back outside of us, by an approved task of kind "give_back": in the
-- channel's own pages (2202 to 1101) or from a bank account of ours (2202 to 1001), as they say.
-- Codes when it cannot be: "over_refunded". Never waits. Journaled: as kernel.refund.
---@param request { source: string, amount: Money, task: string }
---@return { ok: boolean, instruction: string?, code: string?, message: string? }
function kernel.given_outside(request) end

-- Ends a refund that surely was not sent (`not_sent` of its view) and shall not be sent any more.
-- Never waits. Journaled: an effect.
---@param instruction string
function kernel.give_up(instruction) end

-- Takes amount and fee of a payout from its account (to 2203), moves a transfer, or takes the
-- amount of a converted refund from the account that has it (to 2202). Once. A payout is counted
-- towards what `limits` caps; without them it is not counted. Codes when there is no room:
-- "over_daily_limit", "over_compensation_limit"; the message says which limit and what is left.
-- Never waits. Journaled: as kernel.hold, and an effect for each sum.
---@param limits PayoutLimits? of a payout
---@return { ok: boolean, code: string?, message: string? }
function kernel.take(limits) end

-- Creates the one instruction that may pay a payout out. Refused before kernel.take and while
-- another may still pay. Never waits, sends nothing. Journaled: an effect; the terms of the channel
-- account, recorded.
---@param request { channel: string, channel_account: string }
---@return string? instruction nil when this node has no such account, or it pays nothing out
function kernel.pay_out(request) end

-- Leaves something for a person to see to. Never waits. Journaled: an effect.
---@param kind string e.g. "needs_operator"
---@param instruction string the money it is about
---@param detail string for the person
function kernel.open_case(kind, instruction, detail) end

-- Asks people. What they decide comes as an event of type "task": enough of them said the same, or
-- one said no, or the deadline came, or nobody needs to know any more (the run unwinds or ends;
-- what a task of kind "resolve" asks became known otherwise). Votes, deadline and escalation are
-- the kernel's business. Never waits. Journaled: an effect; the votes are facts.
---@param task Task
---@return string task
function kernel.task(task) end

-- Believes an approved task of kind "resolve": its instruction, unresolved or in conflict, has
-- succeeded or was refused, and is booked so. Refused when the instruction is resolved already.
-- Never waits. Journaled: an effect.
---@param task string
function kernel.resolve(task) end

-- From here on the payment can only end unpaid. Never waits. Journaled: an effect.
---@param code string
---@param message string
function kernel.unwind(code, message) end

-- Ends the payment. Success is refused unless the amount is covered and booked (kernel.settle); any
-- other end while money is held, collected or in doubt; it is "surplus" when there is money that no
-- order took (kernel.exceed). Never waits. Journaled: an effect.
---@param status "succeeded"|"failed"|"closed"|"surplus"
---@param code string?
---@param message string?
function kernel.finish(status, code, message) end

-- The time of this activation, the same when it is rebuilt. Never waits. Not journaled.
---@return integer milliseconds since 1970
function kernel.now_ms() end

-- The next event that has come and was not taken yet; nil when there is none. Never waits. Not
-- journaled.
---@return Event?
function kernel.next_event() end

-- The next event, in the order in which they came. WAITS until there is one, or for `milliseconds`
-- until a "timer" event; without an argument, for ever. The facts behind events are journaled.
---@param milliseconds integer?
---@return Event
function kernel.wait(milliseconds) end
