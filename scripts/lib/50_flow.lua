-- The frame of every flow: stages that are shown on the payment, and the way back when one fails.

local function stage(name, work)
  kernel.stage(name, "begun")
  work()
  kernel.stage(name, "done")
end

local subject_of = { payment = payment, refund = refund, payout = payout, transfer = transfer }

local function flow(definition)
  return {
    service = definition.service, name = definition.name, title = definition.title, stages = definition.stages,
    run = function(facts)
      local subject = subject_of[facts.service](facts)
      local ok, failure = attempt(definition.run, subject)
      if not ok then subject:unwind(failure) end
    end,
  }
end

return { flow = flow, stage = stage }
