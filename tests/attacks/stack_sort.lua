-- attack: a comparator that sorts
-- class: stack
-- expect: error | aborted
local function f() list.sort({ 1, 2 }, f) return false end
list.sort({ 1, 2 }, f)
