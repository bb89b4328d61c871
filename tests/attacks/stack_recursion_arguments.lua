-- attack: recursion with many arguments
-- class: stack
-- expect: aborted | error
local t = {}
for i = 1, 200 do t[i] = i end
local function f(...) local x = f(list.unpack(t)) return x end
return f()
