-- attack: attempts around attempts around a loop
-- class: cpu
-- expect: aborted
local function deep(n)
  if n == 0 then while true do end end
  return attempt(deep, n - 1)
end
return deep(20)
