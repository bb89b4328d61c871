-- attack: an iterator that iterates itself
-- class: stack
-- expect: aborted | error
local function it() for x in it do end end
for x in it do end
