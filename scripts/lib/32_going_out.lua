-- Money that leaves by a channel, as a refund or a payout: sent once, asked for until it is known
-- what became of it.

local function is_open(status)
  return status == "created" or status == "pending" or status == "unknown"
end

local function ask(talk, operation)
  if talk.waiting[operation] then return end
  talk.waiting[operation] = true
  kernel.exchange(talk.instruction, operation)
end

-- The channel knows nothing of it. Where the same request again is the same movement, it is sent
-- again; elsewhere it is over as soon as the kernel agrees that it never came to be.
local function on_absence(talk)
  if kernel.view(talk.instruction).may_repeat then
    ask(talk, talk.send)
  else
    kernel.conclude_absent(talk.instruction)
  end
end

local function take(talk, event)
  if event.type == "timer" then
    talk.turn = talk.turn + 1
    ask(talk, talk.query)
    tell_people(talk)
  elseif event.type == "outcome" and event.instruction == talk.instruction then
    talk.waiting[event.operation] = false
    if event.operation == talk.query and event.outcome == "not_found" then on_absence(talk) end
  end
end

-- Sends it and follows it to its end. `send` is "refund" or "payout". Returns its view.
local function send_out(instruction, send)
  local talk = {
    instruction = instruction, send = send, query = send .. "_query", waiting = {}, turn = 1,
    told = false,
  }
  ask(talk, send)
  while is_open(kernel.view(instruction).status) do
    take(talk, kernel.wait(pause(ladder.going_out, talk.turn)))
  end
  return kernel.view(instruction)
end

return { send_out = send_out }
