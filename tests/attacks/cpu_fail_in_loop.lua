-- attack: fails and catches for ever
-- class: cpu
-- expect: aborted
while true do attempt(fail, { code = 'again' }) end
