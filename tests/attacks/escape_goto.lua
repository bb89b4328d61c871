-- attack: jumps into a block
-- class: escape
-- expect: refused
goto inside
do ::inside:: end
