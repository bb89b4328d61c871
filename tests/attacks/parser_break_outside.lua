-- attack: a break without loop
-- class: parser
-- expect: refused
break
