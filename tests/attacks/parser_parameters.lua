-- attack: a function of 300 parameters
-- class: parser
-- expect: refused
-- mode: generate
local parts = {}
for i = 1, 300 do parts[i] = "p" .. i end
return "return function(" .. list.concat(parts, ",") .. ") end"
