-- Money that leaves by a channel, as a refund or a payout: sent once, asked for until it is known
-- what became of it.

local function is_open(status)
  return status == "created" or status == "pending" or status == "unknown"
end

-- What is known of one instruction that goes out; `send` is "refund" or "payout".
local function going_out(instruction, send)
  return {
    instruction = instruction, send = send, query = send .. "_query", waiting = {}, turn = 1,
    ask_at_ms = false, told = false, task = false,
  }
end

local function ask(talk, operation)
  if talk.waiting[operation] then return end
  talk.waiting[operation] = true
  kernel.exchange(talk.instruction, operation)
end

-- The channel knows nothing of it. Where the same request again is the same movement, it is sent
-- again; what it turned away, and elsewhere everything, is over as soon as the kernel agrees that
-- it never came to be.
local function on_absence(talk)
  if kernel.view(talk.instruction).may_repeat then
    ask(talk, talk.send)
  else
    kernel.conclude_absent(talk.instruction)
  end
end

-- Whether the event answers a question about this instruction.
local function is_answer(talk, event)
  if event.type ~= "outcome" or event.instruction ~= talk.instruction then return false end
  talk.waiting[event.operation] = false
  return true
end

local function take(talk, event)
  local answers = is_answer(talk, event)
  -- Something that came in the same breath may have ended it.
  if not is_open(kernel.status(talk.instruction)) then return end
  if event.type == "timer" then
    talk.turn, talk.ask_at_ms = talk.turn + 1, false
    ask(talk, talk.query)
    ask_people(talk)
  elseif answers then
    if event.operation == talk.query and event.outcome == "not_found" then on_absence(talk) end
  else
    hear_people(talk, event)
  end
end

-- It surely never reached the channel, and the same may be sent again.
local function is_unsent(talk)
  local seen = kernel.view(talk.instruction)
  return seen.status == "created" and seen.not_sent
end

-- Until the next question; nothing that comes meanwhile puts it off.
local function next_pause(talk)
  local now = kernel.now_ms()
  talk.ask_at_ms = talk.ask_at_ms or now + pause(ladder.going_out, talk.turn)
  return math.max(talk.ask_at_ms - now, 0)
end

-- Sends it and follows it to its end, or until it surely was not sent. Returns its view.
local function send_out(talk)
  if kernel.status(talk.instruction) == "created" then ask(talk, talk.send) end
  talk.ask_at_ms = false
  while is_open(kernel.status(talk.instruction)) and not is_unsent(talk) do
    take(talk, kernel.wait(next_pause(talk)))
  end
  return kernel.view(talk.instruction)
end

-- Waits this long, whatever else comes meanwhile; not longer than something stays unsent, nor when
-- there is nothing left to wait for.
local function rest(milliseconds, unsent, is_over)
  local until_ms = kernel.now_ms() + milliseconds
  while kernel.now_ms() < until_ms and not is_over() do
    local event = kernel.wait(until_ms - kernel.now_ms())
    if unsent then
      is_answer(unsent, event)
      if not is_unsent(unsent) then return end
    end
  end
end

return { going_out = going_out, is_unsent = is_unsent, send_out = send_out, rest = rest }
