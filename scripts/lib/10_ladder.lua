-- How long to wait between two questions to a channel. Milliseconds; the last step repeats.
local ladder = {
  -- A payer looks at a code: ask often at first, then ever more slowly.
  payer_acts = { 3000, 3000, 5000, 5000, 10000, 10000, 20000, 40000, 60000, 120000, 300000 },
  -- An answer was lost: ask soon, the money may have moved.
  answer_lost = { 1000, 2000, 5000, 10000, 20000, 40000, 60000, 120000, 300000, 600000 },
  -- The time is over or the business closes: the payer must not be able to pay much longer.
  closing = { 1000, 2000, 5000, 10000, 20000, 40000, 60000, 120000, 300000, 600000 },
}

local function pause(steps, turn)
  return steps[turn] or steps[#steps]
end

return { ladder = ladder, pause = pause }
