-- attack: a text of many bytes
-- class: memory
-- expect: harmless
local t = {}
for i = 1, 250 do t[i] = 65 end
return #text.char(list.unpack(t))
