-- attack: a hexadecimal fraction
-- class: parser
-- expect: refused
return 0x1p4
