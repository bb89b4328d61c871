---@meta builtins
-- What every script may use besides the language. Read by editors and by people, never run. A test
-- holds the members of `list`, `text` and `math` against those that exist. Nothing here waits and
-- nothing is journaled. No clock, no chance, no files: a script sees only what it is given.

-- Ends the work at hand with a business failure, to be caught by `attempt`.
---@param failure { code: string, message: string? }
function fail(failure) end

-- Calls and returns true and the results, or false and the failure. Mistakes are not caught.
---@param work function
---@return boolean ok
---@return any ...
function attempt(work, ...) end

-- A mistake of the script that called this library, told at its line.
---@param message string
function mistake(message) end

-- A record with verbs: `thing:verb(...)`. Unknown verbs and fields are mistakes.
---@param verbs table
---@param fields table
---@return table
function object(verbs, fields) end

-- Whole minor units of a currency. + - < == between equal currencies, * with a whole number.
-- Methods: minor, currency, decimal, is_zero, is_negative, is_positive, split { weights } (loses
-- nothing), basis_points(points, "half_up"|"half_even"|"up"|"down").
---@param minor integer
---@param currency string
---@return Money
function money(minor, currency) end

function pairs(record) end    -- in order of keys
function ipairs(items) end
function tostring(value) end
function tonumber(value) end
function type(value) end      -- "money" for amounts
function select(position, ...) end

---@class list also under the name `table`
list = {}
function list.insert(items, position_or_value, value) end
function list.remove(items, position) end
function list.concat(items, between) end
function list.unpack(items, from, to) end
function list.first(items) end
function list.last(items) end
function list.contains(items, value) end
function list.index_of(items, value) end
function list.copy(items) end
function list.sort(items, by) end         -- stable; by the values, the name of a field, or a
                                          -- function (a, b): is a before b? It must not wait

---@class text also under the name `string`, and as methods of texts
text = {}
function text.len(value) end
function text.sub(value, from, to) end
function text.upper(value) end
function text.lower(value) end
function text.reverse(value) end
function text.rep(value, times, between) end
function text.byte(value, from, to) end
function text.char(...) end
function text.contains(value, part) end
function text.starts_with(value, part) end
function text.ends_with(value, part) end
function text.split(value, separator) end
function text.trim(value) end
function text.is_digits(value) end
function text.find(value, pattern, from, plain) end
function text.match(value, pattern, from) end
function text.gmatch(value, pattern) end
function text.gsub(value, pattern, with, most) end
function text.format(pattern, ...) end

---@class math
math = {}
function math.floor(number) end
function math.ceil(number) end
function math.abs(number) end
function math.min(...) end
function math.max(...) end
function math.tointeger(number) end
function math.type(number) end
math.maxinteger = 9223372036854775807
math.mininteger = -9223372036854775807 - 1
