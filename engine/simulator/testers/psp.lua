-- What testers say to the simulator. Each word is a request to its control API, and what that
-- refuses is the mistake of the line which asked for it.

local REFUSED_FROM = 300
local PAUSE_MS, PAUSES_A_SECOND = 50, 20

local function asked(method, path, what)
  local answer = control.ask(method, path, what)
  if answer.status == 0 then mistake("the simulator does not answer: " .. answer.message) end
  return answer
end

local function done(method, path, what)
  local answer = asked(method, path, what)
  if answer.status >= REFUSED_FROM then
    mistake("the simulator refuses " .. path .. ": " .. answer.code .. ", " .. answer.message)
  end
  return answer.body
end

-- A number, or a record of the members that name one thing among several of that number.
local function named(thing, member)
  if type(thing) == "table" then return thing end
  if type(thing) ~= "string" then mistake("a number is wanted, as a text: '" .. member .. "'") end
  return { [member] = thing }
end

local function with(record, more)
  local all = {}
  for name, value in pairs(record) do all[name] = value end
  for name, value in pairs(more or {}) do all[name] = value end
  return all
end

local function order(thing) return named(thing, "out_trade_no") end

-- The one row of the books that has this number; nil when there is none.
local function row(path, list, what)
  return done("GET", path, what)[list][1]
end

-- The payer ---------------------------------------------------------------------------------------

local payer = {
  scans = function(thing) return done("POST", "/sim/scan", order(thing)) end,
  -- `more`: { payer = "oUpF8..." } says who pays.
  pays = function(thing, more) return done("POST", "/sim/pay", with(order(thing), more)) end,
  -- After a close: he had confirmed before it, and his money was on its way.
  pays_late = function(thing)
    return done("POST", "/sim/pay", with(order(thing), { late = true }))
  end,
  -- Presses twice. The word with which the channel refuses the second time.
  pays_twice = function(thing)
    done("POST", "/sim/pay", order(thing))
    local second = asked("POST", "/sim/pay", order(thing))
    if second.status < REFUSED_FROM then mistake("the channel took money twice for one order") end
    return second.code
  end,
  declines = function(thing) return done("POST", "/sim/decline", order(thing)) end,
  -- To the account number of a collection at the bank; `more`: amount, late, payer_account.
  transfers = function(thing, more)
    return done("POST", "/sim/bank/transfer", with(named(thing, "request_number"), more))
  end,
}

-- Payouts: three books, each with a word of its own for the number --------------------------------

local PAYOUTS = {
  { books = "/sim/bank/books", number = "request_number", ends = "/sim/bank/payout" },
  { books = "/sim/wechat/books", number = "out_bill_no", ends = "/sim/wechat/transfer" },
  { books = "/sim/alipay/books", number = "out_biz_no", ends = "/sim/alipay/transfer" },
}

local function payout_in_books(number)
  if type(number) ~= "string" then mistake("the number of a payout is wanted, as a text") end
  for _, books in ipairs(PAYOUTS) do
    local found = row(books.books, "payouts", { [books.number] = number })
    if found then return found, books end
  end
  return nil
end

local function payout_ends(number, status, reason)
  local found, books = payout_in_books(number)
  if not found then mistake("there is no payout '" .. number .. "' at any channel") end
  local what = { [books.number] = number, status = status, reason_code = reason }
  return done("POST", books.ends, what)
end

local ROTATIONS = {
  wechatpay = "/sim/wechat/rotate", alipay = "/sim/alipay/rotate", bank = "/sim/bank/rotate",
}

-- What a script looks at --------------------------------------------------------------------------

local function describe(value)
  if type(value) == "string" then return "'" .. value .. "'" end
  return tostring(value)
end

local function expect(is, wanted, what)
  if is ~= wanted then
    mistake((what or "it") .. " is " .. describe(is) .. ", wanted " .. describe(wanted))
  end
end

local function wait_for(what, test, seconds)
  local pauses = (seconds or 10) * PAUSES_A_SECOND
  local found = test()
  while not found and pauses > 0 do
    if not control.pause(PAUSE_MS) then
      mistake("the script's time was over while it waited for " .. what)
    end
    pauses = pauses - 1
    found = test()
  end
  if not found then mistake("waited in vain for " .. what) end
  return found
end

local psp = {
  payer = payer,

  -- Misbehaviour. Members as POST /sim/faults: operation, kind, value, count, whom it hits.
  fault = function(fault) return done("POST", "/sim/faults", fault).id end,
  faults = function() return done("GET", "/sim/faults").faults end,
  clear_faults = function() done("DELETE", "/sim/faults") end,
  -- Sends a callback of that kind now: "resend", "forged", "wrong_amount" ... The answer's status.
  callback = function(thing, kind)
    return done("POST", "/sim/callback", with(order(thing), { kind = kind })).answered_status
  end,
  bank_callback = function(thing, kind)
    local what = with(named(thing, "request_number"), { kind = kind })
    return done("POST", "/sim/bank/callback", what).answered_status
  end,

  -- The books: one row, or nil.
  order = function(thing) return row("/sim/books", "orders", order(thing)) end,
  refund = function(thing) return row("/sim/refunds", "refunds", named(thing, "out_refund_no")) end,
  payout = function(number)
    local found = payout_in_books(number)
    return found
  end,
  collection = function(thing)
    return row("/sim/bank/books", "collections", named(thing, "request_number"))
  end,
  funds = function() return done("GET", "/sim/funds").funds end,

  -- What is under way ends, or is reversed.
  refund_ends = function(thing, status)
    local what = with(named(thing, "out_refund_no"), { status = status })
    return done("POST", "/sim/refund", what)
  end,
  payout_ends = payout_ends,

  -- How the channels go about things from now on.
  auto_pay = function(course) return done("POST", "/sim/auto_pay", course) end,
  refund_course = function(course) return done("POST", "/sim/refund_course", course) end,
  bank_course = function(course) return done("POST", "/sim/bank/course", course) end,
  move_funds = function(money) return done("POST", "/sim/funds", money) end,
  move_bank_funds = function(money) return done("POST", "/sim/bank/funds", money) end,
  -- "wechatpay", "alipay" or "bank". What its customers have to know: serial; certificate_number
  -- and certificate; account and key.
  rotate_keys = function(protocol, account)
    local path = ROTATIONS[protocol]
    if not path then mistake("a protocol is wanted: wechatpay, alipay or bank") end
    return done("POST", path, { account = account })
  end,

  expect = expect,
  wait_for = wait_for,
  say = function(...)
    local parts = {}
    for i = 1, select("#", ...) do list.insert(parts, tostring((select(i, ...)))) end
    control.say(list.concat(parts, " "))
  end,
}

return { psp = psp }
