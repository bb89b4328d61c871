-- attack: a comparator that never ends
-- class: cpu
-- expect: aborted
list.sort({ 3, 2, 1 }, function() while true do end end)
