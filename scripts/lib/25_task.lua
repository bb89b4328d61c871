-- Asking people: whether something may go on, and what became of money that no channel tells of.

-- After so many questions to a channel that leaves us without a clear answer people are asked.
local QUESTIONS_MAX = 20

-- Waits until people have decided. `question` is what kernel.task takes. Returns the verdict
-- ("approved", "denied", "expired" or "cancelled") and the values they agreed on.
local function ask(question)
  local task = kernel.task(question)
  local event
  repeat event = kernel.wait() until event.type == "task" and event.task == task
  return event.verdict, event.values
end

-- A member that a policy need not answer with; nil when it did not.
local function said(answer, name)
  for key, value in pairs(answer) do
    if key == name then return value end
  end
end

local NO_APPROVAL = {
  denied = "somebody who was asked said no",
  expired = "nobody approved it in time",
  cancelled = "nobody needs to approve it any more",
}

-- Waits for the people that the answer of an approval policy asks for. Without them it ends.
local function require_approval(title, amount, approval)
  if approval.needed == 0 then return end
  local verdict = ask {
    kind = "approve", title = title, amount = amount, role = approval.role,
    needed = approval.needed, deadline = said(approval, "deadline"),
    escalate = said(approval, "escalate"),
  }
  if verdict == "approved" then return end
  fail { code = "approval_" .. verdict, message = NO_APPROVAL[verdict] }
end

-- The channel does not say what became of this: a case for those who look after the money, and a
-- task for those who can find it out elsewhere. Asking the channel goes on, and its answer wins.
local function ask_people(talk)
  if talk.turn <= QUESTIONS_MAX or talk.task then return end
  if not talk.told then
    talk.told = true
    kernel.open_case("needs_operator", talk.instruction, "the channel gives no clear answer")
  end
  local approval = policy.doubt_approval(talk.instruction)
  talk.task = kernel.task {
    kind = "resolve", about = talk.instruction, role = approval.role,
    needed = math.max(1, approval.needed),
    deadline = said(approval, "deadline"),
    escalate = said(approval, "escalate"),
    title = { en = "Find out what became of the money", zh = "核实资金结果" },
  }
end

-- What people found out is believed while nobody else knows. When they could not find out, they
-- are asked again with the next question to the channel.
local function hear_people(talk, event)
  if event.type ~= "task" or event.task ~= talk.task then return end
  talk.task = false
  local status = kernel.view(talk.instruction).status
  local open = status == "created" or status == "pending" or status == "unknown"
  if open and event.verdict == "approved" then kernel.resolve(event.task) end
end

return {
  ask = ask, require_approval = require_approval, ask_people = ask_people,
  hear_people = hear_people,
}
