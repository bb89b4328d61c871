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
---@field type "outcome"|"callback"|"timer"|"close_requested"
---@field reason "closed_by_business"|"superseded" close_requested only
---@field instruction string outcome and callback only
---@field operation Operation outcome and callback only
---@field outcome string what the adapter understood, e.g. "pending"; outcome and callback only
---@field code string the channel's own code, may be ""; outcome and callback only
---@field status string the instruction's status just after this; outcome and callback only

---@class Request
---@field leg integer
---@field channel string
---@field channel_account string
---@field expires_in integer seconds

---@class Refund
---@field source string the collected instruction
---@field amount Money
---@field account string? a balance account; nil is the original path

---@class View
---@field status string
---@field code string
---@field message string
---@field amount Money
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
---@return View
function kernel.view(instruction) end

-- Closes an instruction that the channel never had. The collect must be answered, a close too, and
-- a query must have found nothing that was asked after that close and as long after the collect as
-- the channel declares. False: not yet, nothing changed. Never waits. Journaled: an effect.
---@param instruction string
---@return boolean closed
function kernel.conclude_absent(instruction) end

-- Books the whole amount from the order to what the merchant is owed (2201 to 2101). Refused unless
-- succeeded instructions cover it; after it only success may follow. Never waits. Journaled: an
-- effect a line.
function kernel.settle() end

-- Owes collected money back (2201 to 2202); kernel.refund then gives it back. Only once, and only
-- of a payment that unwinds. Never waits. Journaled: an effect a line.
---@param instruction string
function kernel.owe_back(instruction) end

-- Begins to give back part of what was collected, within what is owed and what is left of its
-- source. An account has it at once (2202 to 2001 or 2002); at a channel it is an instruction for
-- kernel.exchange. Codes when it cannot be: "over_refunded", "window_over", "no_refunds",
-- "no_channel", "account_closed". Never waits. Journaled: an effect; a refusal by the database and
-- the terms of the channel account, recorded.
---@param request Refund
---@return { ok: boolean, instruction: string?, code: string?, message: string? }
function kernel.refund(request) end

-- Takes amount and fee of a payout from its account (to 2203), or moves a transfer. Once.
-- Never waits. Journaled: as kernel.hold.
---@return { ok: boolean, code: string?, message: string? }
function kernel.take() end

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

-- From here on the payment can only end unpaid. Never waits. Journaled: an effect.
---@param code string
---@param message string
function kernel.unwind(code, message) end

-- Ends the payment. Success is refused unless the amount is covered and booked (kernel.settle); any
-- other end while money is held, collected or in doubt. Never waits. Journaled: an effect.
---@param status "succeeded"|"failed"|"closed"
---@param code string?
---@param message string?
function kernel.finish(status, code, message) end

-- The time of this activation, the same when it is rebuilt. Never waits. Not journaled.
---@return integer milliseconds since 1970
function kernel.now_ms() end

-- The next event, in the order in which they came. WAITS until there is one, or for `milliseconds`
-- until a "timer" event; without an argument, for ever. The facts behind events are journaled.
---@param milliseconds integer?
---@return Event
function kernel.wait(milliseconds) end
