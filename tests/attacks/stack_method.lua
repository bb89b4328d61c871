-- attack: methods that call themselves
-- class: stack
-- expect: aborted | error
local m = {}
function m:go() local x = self:go() return x end
local o = object({ go = function(self) local x = self:go() return x end }, {})
return o:go()
