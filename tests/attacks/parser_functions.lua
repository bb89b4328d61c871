-- attack: functions inside functions
-- class: parser
-- expect: refused
-- mode: generate
return ("return function() "):rep(500) .. (" end"):rep(500)
