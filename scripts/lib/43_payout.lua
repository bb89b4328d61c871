-- The verbs of a payout: book first, then ask a channel; what it surely did not pay is booked back.

-- One channel account to its end. Returns why it was not paid.
local function try_payout(payout, account)
  local instruction = kernel.pay_out { channel = account.channel, channel_account = account.name }
  if not instruction then
    return { code = "no_channel", message = account.name .. " is not there any more" }
  end
  list.insert(payout.tried, instruction)
  send_out(going_out(instruction, "payout"))
  settle_conflict(instruction)
  local seen = kernel.view(instruction)
  return { code = seen.code, message = seen.message }
end

-- Whether one of them paid; also one that was known not to have, while another was asked.
local function is_paid(payout)
  for _, instruction in ipairs(payout.tried) do
    if kernel.status(instruction) == "succeeded" then return true end
  end
  return false
end

-- Of the answer of a policy, what limits something.
local LIMITS = { "merchant_day", "payee_day", "order", "day_begins" }

local function limits_in(answer)
  local limits = {}
  for name, value in pairs(answer) do
    if list.contains(LIMITS, name) then limits[name] = value end
  end
  return limits
end

-- Refusals that say themselves which limit it is and what is left.
local LIMIT_CODES = { "over_daily_limit", "over_compensation_limit" }

local payout_verbs = {
  require = function(self, verdict)
    if not verdict.allowed then fail { code = verdict.code, message = verdict.message } end
  end,

  -- Waits for the people who must agree first.
  approve = function(self, approval)
    local title = { en = "Approve a payout", zh = "审批付款" }
    require_approval(title, self.amount, approval)
  end,

  -- Takes amount and fee from the account they are paid from, within what the policy allows in all.
  -- A failure gives them back.
  book = function(self)
    local taken = kernel.take(limits_in(policy.payout_limits(self)))
    if taken.ok then return end
    local is_limit = list.contains(LIMIT_CODES, taken.code)
    local message = is_limit and taken.message or "the account cannot pay this"
    fail { code = taken.code, message = message }
  end,

  -- Asks the accounts that the policy gave, each only after the one before surely did not pay.
  send = function(self)
    local why = { code = "no_channel", message = "no channel account can pay this out" }
    for _, account in ipairs(policy.payout_route(self).accounts) do
      why = try_payout(self, account)
      if is_paid(self) then return end
    end
    fail(why)
  end,

  succeed = function(self) kernel.finish("succeeded") end,

  unwind = function(self, failure)
    kernel.finish("failed", failure.code, failure.message)
  end,
}

local function payout(facts)
  return object(payout_verbs, {
    id = facts.id, amount = facts.amount, fee = facts.fee, method = facts.method,
    merchant_id = facts.merchant_id, is_compensation = facts.is_compensation, tried = {},
  })
end

return { payout = payout }
