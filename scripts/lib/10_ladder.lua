-- How long to wait between two questions to a channel. Milliseconds; the last step repeats.
local ladder = {
  -- A payer looks at a code: ask often at first, then ever more slowly.
  payer_acts = { 3000, 3000, 5000, 5000, 10000, 10000, 20000, 40000, 60000, 120000, 300000 },
  -- An answer was lost: ask soon, the money may have moved.
  answer_lost = { 1000, 2000, 5000, 10000, 20000, 40000, 60000, 120000, 300000, 600000 },
  -- The time is over or the business closes: the payer must not be able to pay much longer.
  closing = { 1000, 2000, 5000, 10000, 20000, 40000, 60000, 120000, 300000, 600000 },
  -- Money goes out: the channel or a bank takes its time.
  going_out = {
    2000, 5000, 10000, 30000, 60000, 120000, 300000, 600000, 1800000, 3600000, 7200000,
  },
}

-- After so many questions to a channel that leaves us without a clear answer a person is told.
local QUESTIONS_MAX = 20

local function pause(steps, turn)
  return steps[turn] or steps[#steps]
end

-- Tells a person, once, that the channel does not say what became of this. Asking goes on.
local function tell_people(talk)
  if talk.turn <= QUESTIONS_MAX or talk.told then return end
  talk.told = true
  kernel.open_case("needs_operator", talk.instruction, "the channel gives no clear answer")
end

return { ladder = ladder, pause = pause, tell_people = tell_people }
