-- attack: 20,000 small steps
-- class: parser
-- expect: harmless | aborted
-- mode: generate
return ("; "):rep(20000)
