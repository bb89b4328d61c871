-- How long to wait between two questions to a channel. Milliseconds; the last step repeats.
local ladder = {
  -- A payer looks at a code; the channel tells when he paid: asking is for notices that are lost.
  payer_acts = {
    5000, 10000, 20000, 40000, 60000, 120000, 300000, 600000, 1800000, 3600000,
  },
  -- The payer stands at the till and may have to type a password.
  at_the_till = { 1000, 3000, 5000, 5000 },
  -- An answer was lost: ask soon, the money may have moved.
  answer_lost = { 1000, 2000, 5000, 10000, 20000, 40000, 60000, 120000, 300000, 600000 },
  -- The time is over or the business closes: the payer must not be able to pay much longer.
  closing = { 1000, 2000, 5000, 10000, 20000, 40000, 60000, 120000, 300000, 600000 },
  -- Money goes out: the channel or a bank takes its time.
  going_out = {
    2000, 5000, 10000, 30000, 60000, 120000, 300000, 600000, 1800000, 3600000, 7200000,
  },
  -- A channel could not be reached, or takes no more for now: so often money is sent back again.
  unreached = { 5000, 15000, 60000, 300000, 900000, 1800000, 3600000, 3600000 },
  -- The channel refused money that no order took: so often the way it came is tried again.
  surplus = { 3600000, 21600000, 86400000, 259200000 },
}

local function pause(steps, turn)
  return steps[turn] or steps[#steps]
end

return { ladder = ladder, pause = pause }
