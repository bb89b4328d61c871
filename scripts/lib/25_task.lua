-- Asking people: whether something may go on, what became of money that no channel tells of, and
-- how money goes back that no way takes.

-- After so many questions to a channel that leaves us without a clear answer people are asked.
local QUESTIONS_MAX = 20

-- Waits until people have decided. `question` is what kernel.task takes. Returns the verdict
-- ("approved", "denied", "expired" or "cancelled"), the values they agreed on, and the task.
local function ask(question)
  local task = kernel.task(question)
  local event
  repeat event = kernel.wait() until event.type == "task" and event.task == task
  return event.verdict, event.values, task
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

-- What became of this? `approval` says how many people must say the same.
local function doubt(instruction)
  local approval = policy.doubt_approval(instruction)
  return {
    kind = "resolve", about = instruction, role = approval.role,
    needed = math.max(1, approval.needed),
    deadline = said(approval, "deadline"),
    escalate = said(approval, "escalate"),
    title = { en = "Find out what became of the money", zh = "核实资金结果" },
  }
end

-- The channel does not say what became of this: a case for those who look after the money, and a
-- task for those who can find it out elsewhere. Asking the channel goes on, and its answer wins.
local function ask_people(talk)
  if talk.turn <= QUESTIONS_MAX or talk.task then return end
  if not talk.told then
    talk.told = true
    kernel.open_case("needs_operator", talk.instruction, "the channel gives no clear answer")
  end
  talk.task = kernel.task(doubt(talk.instruction))
end

-- What people found out is believed while nobody else knows. When they could not find out, they
-- are asked again with the next question to the channel.
local function hear_people(talk, event)
  if event.type ~= "task" or event.task ~= talk.task then return end
  talk.task = false
  local status = kernel.status(talk.instruction)
  local open = status == "created" or status == "pending" or status == "unknown"
  if open and event.verdict == "approved" then kernel.resolve(event.task) end
end

-- The channel contradicts our record: nobody but people can tell what really happened. `hear` gets
-- what comes meanwhile. It has succeeded or was refused afterwards.
local function settle_conflict(instruction, hear)
  while kernel.status(instruction) == "conflicted" do
    local task = kernel.task(doubt(instruction))
    local event
    repeat
      event = kernel.wait()
      if hear then hear(event) end
    until event.type == "task" and event.task == task
    if event.verdict == "approved" then kernel.resolve(task) end
  end
end

-- How does this part go back, which no way takes? Asked until people have decided. Returns the task
-- and what they agreed on; nil when they said no, or when nobody needs to say any more.
local function ask_how(part, merchant_id)
  local approval = policy.give_back_approval(part.amount, merchant_id)
  local verdict, values, task
  repeat
    verdict, values, task = ask {
      kind = "give_back", about = part.source, amount = part.amount, role = approval.role,
      needed = math.max(1, approval.needed),
      deadline = said(approval, "deadline"),
      escalate = said(approval, "escalate"),
      title = { en = "Decide how the money goes back", zh = "决定退款去向" },
    }
    if verdict == "denied" or verdict == "cancelled" then return nil end
  until verdict == "approved"
  return task, values
end

return {
  ask = ask, require_approval = require_approval, ask_people = ask_people,
  hear_people = hear_people, settle_conflict = settle_conflict, ask_how = ask_how,
}
