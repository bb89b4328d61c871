-- attack: back references to captures
-- class: pattern
-- expect: error | aborted
return text.match(("a"):rep(2000), "(a*)(a*)(a*)%1%2%3b")
