-- attack: loops without end
-- class: cpu
-- expect: aborted
while true do end
