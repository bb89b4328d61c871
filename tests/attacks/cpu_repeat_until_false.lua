-- attack: loops without end
-- class: cpu
-- expect: aborted
repeat until false
