-- attack: more upvalues than a function has
-- class: parser
-- expect: refused
-- mode: generate
local parts = {}
for f = 1, 2 do
  for i = 1, 150 do list.insert(parts, "local a" .. f .. "_" .. i .. " = 1") end
  list.insert(parts, "return function()")
end
for f = 1, 2 do for i = 1, 150 do list.insert(parts, "a" .. f .. "_" .. i .. "()") end end
list.insert(parts, "end end")
return list.concat(parts, "\n")
