-- attack: very many constants
-- class: parser
-- expect: harmless
-- mode: generate
local parts = { "local t = {" }
for i = 1, 3000 do list.insert(parts, "'k" .. i .. "',") end
return list.concat(parts) .. "} return #t"
