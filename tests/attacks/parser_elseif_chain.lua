-- attack: thousands of elseif
-- class: parser
-- expect: refused
-- mode: generate
return "local a if a then" .. (" elseif a then"):rep(4000) .. " end"
