-- Says how much may be paid out in all: by a merchant in a day, to one payee in a day, and to make
-- one order good. The database adds up; a payout that finds no room fails and says what is left.
local CHINA = 8 * 60   -- minutes that the merchant's day is ahead of UTC

return {
  name  = "payout_limits",
  title = { en = "Payout limits of a day", zh = "每日付款限额" },

  decide = function(facts)
    local currency = facts.amount:currency()
    return {
      merchant_day = money(5000000000, currency),   -- 50,000,000.00
      payee_day    = money(500000000, currency),    -- 5,000,000.00
      order        = money(5000000, currency),      -- 50,000.00 of compensation
      day_begins   = CHINA,
      why = "what may leave in a day before somebody changes this policy",
    }
  end,
}
