-- attack: no language at all
-- class: parser
-- expect: refused
if if if
