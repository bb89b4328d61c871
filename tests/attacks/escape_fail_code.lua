-- attack: fails without a code
-- class: escape
-- expect: error
fail{}
