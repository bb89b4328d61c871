-- Collecting one leg at a channel: submit, wait, ask, close when the time is over, switch when the
-- channel is known not to have taken the money.

-- After a close the channel gets this long before "no such order" counts as an answer.
local CONSISTENCY_SECONDS = 60

local function is_open(status)
  return status == "created" or status == "pending" or status == "unknown"
end

-- Asks unless the answer to an earlier question is still on its way.
local function ask(talk, operation)
  if talk.waiting[operation] then return end
  talk.waiting[operation] = true
  kernel.exchange(talk.instruction, operation)
end

-- Closing is asked first and believed last: only a query after it tells what became of the money.
local function on_close_answered(talk, event)
  if event.outcome == "closed" or event.outcome == "not_found" then
    talk.closed_at_ms = talk.closed_at_ms or kernel.now_ms()
  end
  ask(talk, "query")
end

local function on_query_answered(talk, event)
  if event.outcome ~= "not_found" or not talk.closed_at_ms then return end
  if kernel.now_ms() - talk.created_at_ms >= talk.consistency_seconds * 1000 then
    kernel.conclude_absent(talk.instruction, talk.consistency_seconds)
  end
end

local function take(talk, event)
  if event.type == "close_requested" then
    talk.closing = "closed_by_business"
    ask(talk, "close")
    return
  end
  if event.type == "outcome" then
    talk.waiting[event.operation] = false
  end
  if not is_open(kernel.view(talk.instruction).status) then return end
  if event.type == "outcome" and event.operation == "close" then
    on_close_answered(talk, event)
  elseif event.type == "outcome" and event.operation == "query" then
    on_query_answered(talk, event)
  elseif event.type == "timer" then
    if kernel.now_ms() >= talk.expires_at_ms then
      talk.closing = talk.closing or "expired"
    end
    -- While closing, every turn closes again (a repeat is harmless) and its answer asks.
    ask(talk, talk.closing and "close" or "query")
  end
end

local function next_pause(talk)
  local lost = talk.closing or kernel.view(talk.instruction).status ~= "pending"
  local steps = lost and ladder.answer_lost or ladder.payer_acts
  talk.turn = talk.turn + 1
  local wait = pause(steps, talk.turn)
  local left = talk.expires_at_ms - kernel.now_ms()
  if not talk.closing and left > 0 and left < wait then return left end
  return wait
end

-- Follows one instruction to its end. Returns its view and why it was closed, if it was.
local function follow(talk)
  ask(talk, "collect")
  while is_open(kernel.view(talk.instruction).status) do
    take(talk, kernel.wait(next_pause(talk)))
  end
  return kernel.view(talk.instruction), talk.closing
end

local function instruct(pay, leg, account)
  local now = kernel.now_ms()
  local seconds = (pay.expires_at_ms - now) // 1000
  if seconds < 1 then fail { code = "expired", message = "the order expired before it was paid" } end
  local instruction = kernel.instruct {
    leg = leg.number, channel = account.channel, channel_account = account.name,
    merchant = account.merchant, expires_in = seconds,
  }
  return {
    instruction = instruction, waiting = {}, turn = 0, created_at_ms = now,
    expires_at_ms = now + seconds * 1000, closing = false, closed_at_ms = false,
    consistency_seconds = account.consistency_seconds or CONSISTENCY_SECONDS,
  }
end

-- Money that came but cannot stay: it is owed back to the payer, and a person sees to it.
local function owe_back(pay, instruction)
  local amount = kernel.view(instruction).amount
  kernel.post {
    { debit = "2201", owner = pay.merchant_id, amount = amount },
    { credit = "2202", owner = pay.merchant_id, amount = amount },
  }
  kernel.open_case("refund_due", instruction, "collected, but the payment failed: owed back")
  list.insert(pay.owed, instruction)
end

local function book_collected(pay, talk, account)
  local amount = kernel.view(talk.instruction).amount
  kernel.post {
    { debit = "1101", owner = account.name, amount = amount },
    { credit = "2201", owner = pay.merchant_id, amount = amount },
  }
end

-- The answer contradicts our record: nobody may guess. A case is open; the run waits for people.
local function wait_for_people()
  while true do kernel.wait() end
end

-- Tries the accounts in the order the policy gave, each only after the one before it is known not to
-- have taken the money.
local function collect(pay, leg)
  local last = { code = "no_channel", message = "no channel account can collect this" }
  for _, account in ipairs(policy.route(pay, leg).accounts) do
    local talk = instruct(pay, leg, account)
    local seen, closing = follow(talk)
    if seen.status == "succeeded" then
      book_collected(pay, talk, account)
      pay:on_undo(function() owe_back(pay, talk.instruction) end)
      return
    end
    if seen.status == "conflicted" then wait_for_people() end
    if closing then
      fail { code = closing, message = "closed before it was paid" }
    end
    last = seen
  end
  fail { code = last.code, message = last.message }
end

return { collect_leg = collect, owe_back = owe_back, wait_for_people = wait_for_people }
