-- Giving collected money back, by one way after the other: each only when those before are known to
-- be impossible. Nothing here ever gives up money: what no way takes goes as people decide.

-- The channel has not enough of our money now; it may have tomorrow.
local NO_FUNDS = {
  "NOT_ENOUGH", "NOTENOUGH", "INSUFFICIENT_FUNDS", "SELLER_BALANCE_NOT_ENOUGH",
}
local NO_FUNDS_PAUSE_MS = 1800000   -- half an hour between two tries
local NO_FUNDS_TRIES = 144          -- three days

-- How a way ended: the money is back, it surely is not (and why), or only people can tell.
local BACK, IN_DOUBT = { is_back = true }, { is_in_doubt = true }
local function not_back(why) return { why = why } end

-- What the channel made of it.
local function end_of(seen)
  if seen.status == "succeeded" then return BACK end
  if seen.status == "conflicted" then return IN_DOUBT end
  return not_back(seen.code)
end

-- How long until the original path is worth another try; nil when it is worth none.
local function pause_before_next_try(seen, tries)
  if seen.status == "succeeded" or seen.status == "conflicted" then return nil end
  if list.contains(NO_FUNDS, seen.code) then
    if tries.no_funds >= NO_FUNDS_TRIES then return nil end
    tries.no_funds = tries.no_funds + 1
    return NO_FUNDS_PAUSE_MS
  end
  -- It never was there: not sent, or nothing to be found of it.
  if seen.not_sent or seen.code == "not_found" then
    tries.unreached = tries.unreached + 1
    return ladder.unreached[tries.unreached]
  end
  return nil
end

-- Whether something of the part that was known not to have gone went after all: it counts, and
-- nothing else may go for it.
local function went_after_all(part)
  for _, instruction in ipairs(part.tried) do
    if kernel.status(instruction) == "succeeded" then
      part.instruction = instruction
      return true
    end
  end
  return false
end

-- Notes what goes for the part now.
local function goes(part, instruction)
  part.instruction = instruction
  list.insert(part.tried, instruction)
end

-- To the account, which has it at once.
local function to_account(part, account)
  if went_after_all(part) then return BACK end
  local given = kernel.refund { source = part.source, amount = part.amount, account = account }
  return given.ok and BACK or not_back(given.code)
end

-- Keeps room for a part of a refund until the refund ends, once: what waits finds it later. Parts
-- of other runs share their room with nobody.
local function keep_room(part)
  if part.room ~= "not kept" then return { ok = true } end
  local kept = kernel.reserve { source = part.source, amount = part.amount }
  if kept.ok then part.room = "kept" end
  return kept
end

-- Back through the channel. What surely was not sent goes out again under the same number where the
-- channel takes the same refund twice; what the channel refused needs a new one.
local function through_channel(part)
  local tries = { unreached = 0, no_funds = 0 }
  local talk, seen, milliseconds
  repeat
    if went_after_all(part) then return BACK end
    if not talk then
      local begun = kernel.refund { source = part.source, amount = part.amount }
      if not begun.ok then return not_back(begun.code) end
      talk = going_out(begun.instruction, "refund")
      goes(part, begun.instruction)
    end
    seen = send_out(talk)
    milliseconds = pause_before_next_try(seen, tries)
    if milliseconds then
      if seen.status ~= "created" then keep_room(part) end
      rest(milliseconds, is_unsent(talk) and talk, function() return went_after_all(part) end)
      if seen.status ~= "created" then talk = nil end
    end
  until not milliseconds
  if is_unsent(talk) then kernel.give_up(talk.instruction) end
  return end_of(seen)
end

-- One channel account to its end; the payee is the refund's, or the one that the task names.
local function pay_back_at(part, account, task)
  local begun = kernel.pay_back {
    source = part.source, amount = part.amount,
    channel = account.channel, channel_account = account.name, task = task,
  }
  if not begun.ok then return not_back(begun.code) end
  goes(part, begun.instruction)
  return end_of(send_out(going_out(begun.instruction, "payout")))
end

-- Paid out by the channel accounts that may, one after the other.
local function pay_back(refund, part, method, task)
  local ended = not_back("no_channel")
  local asked = { method = method, amount = part.amount, merchant_id = refund.merchant_id }
  for _, account in ipairs(policy.payout_route(asked).accounts) do
    if went_after_all(part) then return BACK end
    ended = pay_back_at(part, account, task)
    if ended.is_back or ended.is_in_doubt then return ended end
  end
  return ended
end

local ways = {
  -- The way it came.
  original = function(_, part)
    if part.kind == "internal" then return to_account(part, nil) end
    return through_channel(part)
  end,

  -- The same once more after growing pauses: the money is nobody else's, and there is time.
  original_again = function(refund, part)
    local ended = not_back(part.why or "again")
    for _, milliseconds in ipairs(ladder.surplus) do
      rest(milliseconds, false, function() return went_after_all(part) end)
      ended = through_channel(part)
      if ended.is_back or ended.is_in_doubt then return ended end
    end
    return ended
  end,

  -- An account of this kind that paid another part of the same payment.
  other_leg = function(refund, part, way)
    local ended = not_back("no_other_leg")
    for _, other in ipairs(refund.sources) do
      local is_meant = other.channel == way.kind and other.payment == part.payment
      if is_meant and not ended.is_back and part.kind == "external" then
        ended = to_account(part, other.account)
      end
    end
    return ended
  end,

  -- The balance account that was named.
  balance = function(refund, part)
    local account = refund.to_account or refund.balance_account
    if not account then return not_back("no_balance_account") end
    return to_account(part, account)
  end,

  -- Paid out to the payee that was named.
  payout = function(refund, part)
    if not refund.may_pay_out then return not_back("no_payee") end
    return pay_back(refund, part, refund.payout_method)
  end,
}

-- Outside of us it has gone already.
local function given_outside(_, part, task)
  local given = kernel.given_outside { source = part.source, amount = part.amount, task = task }
  return given.ok and BACK or not_back(given.code)
end

-- What people may decide about a part, see the form of a task of kind "give_back".
local decided = {
  original = function(refund, part) return ways.original(refund, part) end,

  balance = function(_, part, task)
    local given = kernel.refund { source = part.source, amount = part.amount, task = task }
    return given.ok and BACK or not_back(given.code)
  end,

  payout = function(refund, part, task, said)
    return pay_back(refund, part, said.payee.method, task)
  end,

  at_channel = given_outside,
  by_bank = given_outside,
}

-- Somebody must see to this part; told once until it is back. Of money that no order took a case
-- tells all the time.
local function tell_due(refund, part, why)
  if part.is_told or refund.is_surplus then return end
  part.is_told = true
  kernel.open_case("refund_due", part.source, "cannot be given back: " .. why)
end

-- The way that people choose, and another when that one fails; theirs is the last word. What waits
-- for them keeps its room: what they choose shall still be possible.
ways.task = function(refund, part)
  keep_room(part)
  tell_due(refund, part, part.why or "no_way")
  local ended
  repeat
    local task, said = ask_how(part, refund.merchant_id)
    if went_after_all(part) then return BACK end
    if not task then return not_back(part.why or "denied") end
    ended = decided[said.how](refund, part, task, said)
  until ended.is_back or ended.is_in_doubt
  return ended
end

-- Gives one part back by the first of the refund's ways that takes it. `part` has source (an
-- instruction), kind, payment and amount. Returns how it ended; `why` tells of the first way.
-- Called again for the same part it goes on with the ways that are left.
local function give_back(refund, part)
  part.way, part.tried = part.way or 0, part.tried or {}
  while part.way < #refund.ways do
    if went_after_all(part) then return BACK end
    part.way = part.way + 1
    local way = refund.ways[part.way]
    local ended = ways[way.way](refund, part, way)
    if ended.is_back or ended.is_in_doubt then return ended end
    part.why = part.why or ended.why
  end
  if went_after_all(part) then return BACK end
  return not_back(part.why or "no_way")
end

-- Whether what had reached the payer came back to us since.
local function came_back(part)
  return part.instruction and kernel.status(part.instruction) == "returned"
end

-- Whether none of the parts went, or may have gone.
local function nothing_went(parts)
  for _, part in ipairs(parts) do
    if part.state then return false end
  end
  return true
end

-- How a part stands now; what comes back after it was back is told again.
local function note(part, ended)
  if ended.is_back then
    part.state, part.is_told = "back", false
  elseif ended.is_in_doubt then
    part.state = "in_doubt"
  end
  return ended.is_back or ended.is_in_doubt
end

-- Tries a part by the ways that are left. What no way takes ends the refund by `give_up`, if it may
-- end so while nothing has gone; else it is due.
local function try(refund, part, give_up)
  local ended = give_back(refund, part)
  if note(part, ended) then return end
  part.state = nil
  if give_up and nothing_went(refund.parts) then give_up(ended.why) end
  part.state = "due"
  tell_due(refund, part, ended.why)
end

-- What is left to do for a part when all have been tried; false when nothing is.
local function see_to(refund, part, give_up)
  if part.state == "in_doubt" then
    settle_conflict(part.instruction)
    local ended = end_of(kernel.view(part.instruction))
    if not note(part, ended) then try(refund, part, give_up) end
  elseif part.state == "due" then
    note(part, ways.task(refund, part))
  elseif came_back(part) then
    part.instruction, part.state = nil, nil
    try(refund, part, give_up)
  else
    return false
  end
  return true
end

-- Gives all parts of the refund back: first each by its ways, then what nobody can tell of, what no
-- way takes, and what came back to us while the rest went. Ends when all of it is back.
local function give_all_back(refund, give_up)
  for _, part in ipairs(refund.parts) do try(refund, part, give_up) end
  local is_over
  repeat
    is_over = true
    for _, part in ipairs(refund.parts) do
      if see_to(refund, part, give_up) then is_over = false end
    end
  until is_over
end

return { give_all_back = give_all_back, keep_room = keep_room }
