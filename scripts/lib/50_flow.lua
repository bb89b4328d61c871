-- The frame of every flow: stages that are shown on the payment, and the way back when one fails.

local function stage(name, work)
  kernel.stage(name, "begun")
  work()
  kernel.stage(name, "done")
end

local function flow(definition)
  return {
    name = definition.name, title = definition.title, stages = definition.stages,
    run = function(facts)
      local pay = payment(facts)
      local ok, failure = attempt(definition.run, pay)
      if not ok then pay:unwind(failure) end
    end,
  }
end

return { flow = flow, stage = stage }
