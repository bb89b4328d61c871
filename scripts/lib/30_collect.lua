-- Collecting one leg at a channel: submit, wait, ask, close when the time is over, switch when the
-- channel is known not to have taken the money.

-- How often what the payer needs is asked for again when it was lost.
local ACTION_ASKED_MAX = 5
-- How many channel accounts a leg tries, and until how long after the first one it tries another:
-- a payer does not wait for ever.
local ACCOUNTS_MAX = 4
local SWITCHING_MS_MAX = 600000   -- ten minutes
-- How long a payer at the till is waited for (a password to be typed) before what the code took, if
-- it took anything, is given back.
local TILL_SECONDS = 45

local function is_open(status)
  return status == "created" or status == "pending" or status == "unknown"
end

-- Asks unless the answer to the same question is still on its way.
local function ask(talk, operation)
  if talk.waiting[operation] then return end
  talk.waiting[operation] = true
  kernel.exchange(talk.instruction, operation)
end

-- The request never arrived, or the answer with the code to scan, or whatever else the payer needs,
-- was lost: without it nobody can pay. Where the channel allows it, the same request again gets
-- another for the same order.
local function ask_for_the_action(talk)
  if talk.closing or talk.action_asked >= ACTION_ASKED_MAX then return end
  if not kernel.view(talk.instruction).may_repeat then return end
  talk.action_asked = talk.action_asked + 1
  ask(talk, "collect")
end

-- Closing is asked first and believed last: only a query after it tells what became of the money.
-- "No such order" ends the matter only when the kernel agrees: asked after the close, and as late
-- as the channel wants to be asked.
local function on_outcome(talk, event)
  if event.operation == "close" then
    ask(talk, "query")
  elseif event.operation == "query" and event.outcome == "not_found" and talk.closing then
    kernel.conclude_absent(talk.instruction)
  elseif event.operation == "query" then
    local is_open_there = event.outcome == "pending" or event.outcome == "not_found"
    if is_open_there then ask_for_the_action(talk) end
  end
end

-- Begins to close. `why` becomes the payment's failure code, unless the payer was quicker. A close
-- that gives back waits for the answers that are still on their way (the ladder comes back to it),
-- and for people who find out what became of the money: it must not change under their eyes.
local function close(talk, why)
  talk.closing = talk.closing or why
  local is_crossed = talk.waiting.collect or talk.waiting.query
  if talk.charged_at_once and (is_crossed or talk.task) then return end
  ask(talk, "close")
end

-- Also of what the channel will not close: the payer may still pay, and his card stays held.
local function ask_people_in_doubt(talk)
  if talk.charged_at_once and talk.waiting.close then return end
  local is_unknown = kernel.status(talk.instruction) == "unknown"
  if is_unknown or talk.closing then ask_people(talk) end
end

local function on_timer(talk)
  talk.turn = talk.turn + 1
  talk.ask_at_ms = false
  ask_people_in_doubt(talk)
  if talk.charged_at_once and talk.task then
    ask(talk, "query")
  elseif talk.closing or kernel.now_ms() >= talk.expires_at_ms then
    -- While closing, every turn closes again (a repeat is harmless) and its answer asks.
    close(talk, "expired")
  else
    ask(talk, "query")
  end
end

-- An answer may still come for the account that was tried before.
local function is_of_another(talk, event)
  if event.type ~= "outcome" and event.type ~= "callback" then return false end
  return event.instruction ~= talk.instruction
end

local function take(talk, event)
  if is_of_another(talk, event) then return end
  if event.type == "outcome" then talk.waiting[event.operation] = false end
  if not is_open(kernel.status(talk.instruction)) then
    -- The answer that ended it was faster than the wish to close: the wish still ends the payment.
    if event.type == "close_requested" then talk.closing = event.reason end
  elseif event.type == "close_requested" then
    close(talk, event.reason)
  elseif event.type == "outcome" then
    on_outcome(talk, event)
  elseif event.type == "timer" then
    on_timer(talk)
  else
    hear_people(talk, event)
  end
end

-- Until when to wait: the next rung of the ladder, but never past the end of the order. Another
-- situation begins its own ladder; a repeated callback puts nothing off.
local function next_pause(talk)
  local situation = "closing"
  if not talk.closing then
    local pending = kernel.status(talk.instruction) == "pending"
    local acts = talk.charged_at_once and "at_the_till" or "payer_acts"
    situation = pending and acts or "answer_lost"
  end
  local now = kernel.now_ms()
  if talk.situation ~= situation then
    talk.situation, talk.turn, talk.ask_at_ms = situation, 1, false
  end
  talk.ask_at_ms = talk.ask_at_ms or now + pause(ladder[situation], talk.turn)
  local at = talk.ask_at_ms
  if not talk.closing and talk.expires_at_ms < at then at = talk.expires_at_ms end
  if at < now then return 0 end
  return at - now
end

-- Follows one instruction to its end. Returns its view and why it was closed, if it was: also by a
-- wish that came in the same breath as its end.
local function follow(talk)
  ask(talk, "collect")
  while is_open(kernel.status(talk.instruction)) do
    take(talk, kernel.wait(next_pause(talk)))
  end
  settle_conflict(talk.instruction, function(event) take(talk, event) end)
  local more = kernel.next_event()
  while more do
    take(talk, more)
    more = kernel.next_event()
  end
  return kernel.view(talk.instruction), talk.closing
end

-- Begins an instruction at the account; nil when this node does not have the account any more.
local function instruct(pay, leg, account)
  local now = kernel.now_ms()
  local seconds = (pay.expires_at_ms - now) // 1000
  if seconds < 1 then
    fail { code = "expired", message = "the order expired before it was paid" }
  end
  if leg.scene == "barcode" then seconds = math.min(seconds, TILL_SECONDS) end
  local instruction = kernel.instruct {
    leg = leg.number, channel = account.channel, channel_account = account.name,
    expires_in = seconds,
  }
  if not instruction then return nil end
  return {
    instruction = instruction, waiting = {}, situation = "", turn = 1, ask_at_ms = false,
    charged_at_once = kernel.view(instruction).charged_at_once,
    expires_at_ms = now + seconds * 1000, closing = false, told = false,
    task = false, action_asked = 0,
  }
end

-- Money that came but cannot stay: it is owed to the payer from now on.
local function owe_back(pay, instruction, kind)
  kernel.owe_back(instruction)
  list.insert(pay.owed, {
    source = instruction, kind = kind, amount = kernel.view(instruction).amount,
  })
end

-- What goes back by this payment, or, when its order was over, by a refund of its own.
local function let_go_of(pay, instruction)
  if pay.order_over then
    kernel.exceed(instruction)
    pay.exceeds = true
  else
    owe_back(pay, instruction, "external")
  end
end

-- Tries one account to its end. Returns true when it has the money (which is booked by then) and
-- why it was closed if it was; else false and why it has not.
local function try_account(pay, leg, account)
  local talk = instruct(pay, leg, account)
  if not talk then
    return false, { code = "no_channel", message = account.name .. " is not there any more" }
  end
  local seen, closing = follow(talk)
  if seen.status == "succeeded" then
    pay:on_undo(function() let_go_of(pay, talk.instruction) end)
    return true, closing
  end
  if closing then fail { code = closing, message = "closed before it was paid" } end
  -- The payer's code works once: whoever was shown it, no other account may be.
  if talk.charged_at_once and not seen.not_sent then
    fail { code = seen.code, message = seen.message }
  end
  return false, { code = seen.code, message = seen.message }
end

-- Tries the accounts in the order the policy gave, each only after the one before it is known not
-- to have taken the money, until the list, the number or the time is used up. Returns why the leg
-- was to be closed when its payer was quicker.
local function collect(pay, leg)
  local why = { code = "no_channel", message = "no channel account can collect this" }
  local began_ms = kernel.now_ms()
  for number, account in ipairs(policy.route(pay, leg).accounts) do
    if number > ACCOUNTS_MAX or kernel.now_ms() - began_ms >= SWITCHING_MS_MAX then break end
    local paid, reason = try_account(pay, leg, account)
    if paid then return reason end
    why = reason
  end
  fail(why)
end

return { collect_leg = collect, owe_back = owe_back }
