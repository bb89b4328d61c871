-- attack: more locals than a function has
-- class: parser
-- expect: refused
-- mode: generate
local s = ""
local parts = {}
for i = 1, 300 do parts[i] = "local a" .. i .. " = 1" end
return list.concat(parts, "\n")
