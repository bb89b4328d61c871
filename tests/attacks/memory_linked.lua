-- attack: a linked list
-- class: memory
-- expect: aborted
local head = false
while true do head = { next = head, a = 1, b = 2, c = 3 } end
