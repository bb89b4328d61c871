-- attack: bytes that are no text
-- class: data
-- expect: error
return text.char(255, 254)
