-- Giving collected money back: along the path it came, and when that is known to be impossible, by
-- the next way. Nothing here ever gives up money: what no way takes waits for people.

-- The channel has not enough of our money now; it may have tomorrow.
local NO_FUNDS = { "NOT_ENOUGH", "NOTENOUGH", "INSUFFICIENT_FUNDS" }
local NO_FUNDS_PAUSE_MS = 1800000   -- half an hour between two tries
local NO_FUNDS_TRIES = 144          -- three days

-- The answer contradicts our record, or no way is left: nobody may guess, the run waits for people.
local function wait_for_people()
  while true do kernel.wait() end
end

-- Waits this long, whatever else comes meanwhile.
local function sleep(milliseconds)
  local until_ms = kernel.now_ms() + milliseconds
  while kernel.now_ms() < until_ms do kernel.wait(until_ms - kernel.now_ms()) end
end

-- One try on the original path. Returns true, or false and why not.
local function try_original(part)
  local begun = kernel.refund { source = part.source, amount = part.amount }
  if not begun.ok then return false, begun.code end
  if part.kind == "internal" then return true end
  local seen = send_out(begun.instruction, "refund")
  if seen.status == "conflicted" then wait_for_people() end
  return seen.status == "succeeded", seen.code
end

-- The original path, again and again while only the channel's funds are missing.
local function original(part)
  local tries = 1
  local done, why = try_original(part)
  while not done and list.contains(NO_FUNDS, why) and tries < NO_FUNDS_TRIES do
    sleep(NO_FUNDS_PAUSE_MS)
    tries = tries + 1
    done, why = try_original(part)
  end
  return done, why
end

-- To the payer's balance with us, when the caller named one.
local function to_balance(part, balance_account)
  if not balance_account then return false end
  return kernel.refund {
    source = part.source, amount = part.amount, account = balance_account,
  }.ok
end

-- Gives one part back: `part` has source (an instruction), kind and amount. Returns true, or false
-- and why the original path was impossible, when no other way took it either.
local function give_back(part, balance_account)
  local done, why = original(part)
  if done or to_balance(part, balance_account) then return true end
  return false, why
end

return { give_back = give_back, wait_for_people = wait_for_people }
