#include "lua/money_library.hpp"

#include <array>
#include <cstring>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <lua.h>

#include "lua/box.hpp"
#include "lua/call.hpp"
#include "lua/diagnosis.hpp"
#include "lua/library_functions.hpp"
#include "lua/tables.hpp"

namespace sluice::lua {
namespace {

static_assert(std::is_trivially_copyable_v<Money>, "a script's money is copied as bytes");

const char kMoneyLawKey = 0;  // its address is the registry key of the metatable
constexpr lua_Integer kPartsMax = 250;

struct TwoAmounts {
    Money left;
    Money right;
};

TwoAmounts pair_of(lua_State* state, std::string_view what) {
    if (lua_type(state, 1) != LUA_TUSERDATA || lua_type(state, 2) != LUA_TUSERDATA) {
        raise(
            state,
            "cannot " + std::string(what) + " " + std::string(kind_at(state, 1)) + " and " +
                std::string(kind_at(state, 2)) + ": both must be money"
        );
    }
    return {money_at(state, 1), money_at(state, 2)};
}

TwoAmounts comparable(lua_State* state) {
    const TwoAmounts pair = pair_of(state, "compare");
    if (pair.left.currency() != pair.right.currency()) {
        raise(
            state,
            "cannot compare " + display_of(pair.left) + " and " + display_of(pair.right) +
                ": the currencies differ"
        );
    }
    return pair;
}

int give(lua_State* state, const Result<Money>& result) {
    if (!result) {
        raise(state, result.error().message);
    }
    push_money(state, *result);
    return 1;
}

int add(lua_State* state) {
    const TwoAmounts pair = pair_of(state, "add");
    return give(state, pair.left.plus(pair.right));
}

int subtract(lua_State* state) {
    const TwoAmounts pair = pair_of(state, "subtract");
    return give(state, pair.left.minus(pair.right));
}

int multiply(lua_State* state) {
    const int factor = lua_type(state, 1) == LUA_TUSERDATA ? 2 : 1;
    if (lua_isinteger(state, factor) == 0) {
        raise(
            state,
            "money can be multiplied by a whole number only, got " +
                std::string(kind_at(state, factor)) + "; for a share use :basis_points or :split"
        );
    }
    return give(state, money_at(state, 3 - factor).times(lua_tointeger(state, factor)));
}

int negate(lua_State* state) { return give(state, money_at(state, 1).times(-1)); }

int refuse_division(lua_State* state) {
    raise(state, "money cannot be divided: use :split for parts, :basis_points for a share");
}

int equal(lua_State* state) {
    const TwoAmounts pair = comparable(state);
    lua_pushboolean(state, pair.left.minor() == pair.right.minor() ? 1 : 0);
    return 1;
}

int less(lua_State* state) {
    const TwoAmounts pair = comparable(state);
    lua_pushboolean(state, pair.left.minor() < pair.right.minor() ? 1 : 0);
    return 1;
}

int less_or_equal(lua_State* state) {
    const TwoAmounts pair = comparable(state);
    lua_pushboolean(state, pair.left.minor() <= pair.right.minor() ? 1 : 0);
    return 1;
}

int concatenate(lua_State* state) {
    for (const int index : {1, 2}) {
        const int kind = lua_type(state, index);
        if (kind != LUA_TSTRING && kind != LUA_TNUMBER && kind != LUA_TUSERDATA) {
            raise(state, "cannot join (..) money and " + std::string(kind_at(state, index)));
        }
        push_display(state, index);
    }
    Call(state, "..").charge_text(lua_rawlen(state, -1) + lua_rawlen(state, -2));
    lua_concat(state, 2);
    return 1;
}

Money self_of(lua_State* state, const Call& call) {
    if (lua_type(state, 1) != LUA_TUSERDATA) {
        call.wrong(1, "money: write amount:name(...) with a colon");
    }
    return money_at(state, 1);
}

int minor(lua_State* state) {
    lua_pushinteger(state, self_of(state, {state, "minor"}).minor());
    return 1;
}

int currency(lua_State* state) {
    const Money money = self_of(state, {state, "currency"});
    const std::string_view code = money.currency().code();
    lua_pushlstring(state, code.data(), code.size());
    return 1;
}

int decimal(lua_State* state) {
    const std::string text = self_of(state, {state, "decimal"}).to_decimal();
    lua_pushlstring(state, text.data(), text.size());
    return 1;
}

int is_zero(lua_State* state) {
    lua_pushboolean(state, self_of(state, {state, "is_zero"}).minor() == 0 ? 1 : 0);
    return 1;
}

int is_negative(lua_State* state) {
    lua_pushboolean(state, self_of(state, {state, "is_negative"}).minor() < 0 ? 1 : 0);
    return 1;
}

int is_positive(lua_State* state) {
    lua_pushboolean(state, self_of(state, {state, "is_positive"}).minor() > 0 ? 1 : 0);
    return 1;
}

int split_money(lua_State* state) {
    const Call call(state, "split");
    const Money money = self_of(state, call);
    call.table(2);
    const auto count = static_cast<lua_Integer>(lua_rawlen(state, 2));
    if (count < 1 || count > kPartsMax) {
        call.error("the weights must be a list of 1 to 250 whole numbers, as in :split{1, 2}");
    }
    std::vector<std::int64_t> weights;
    for (lua_Integer i = 1; i <= count; ++i) {
        lua_rawgeti(state, 2, i);
        if (lua_isinteger(state, -1) == 0) {
            call.error("weight " + std::to_string(i) + " must be a whole number");
        }
        weights.push_back(lua_tointeger(state, -1));
        lua_pop(state, 1);
    }
    call.charge(count);
    const Result<std::vector<Money>> parts = money.split(weights);
    if (!parts) {
        call.error(parts.error().message);
    }
    lua_createtable(state, static_cast<int>(count), 0);
    lua_Integer position = 0;
    for (const Money part : *parts) {
        push_money(state, part);
        lua_rawseti(state, -2, ++position);
    }
    return 1;
}

std::optional<Rounding> rounding_named(std::string_view name) {
    static constexpr std::array<std::pair<std::string_view, Rounding>, 4> kNames{{
        {"half_up", Rounding::half_up},
        {"half_even", Rounding::half_even},
        {"up", Rounding::up},
        {"down", Rounding::down},
    }};
    for (const auto& [known, rounding] : kNames) {
        if (known == name) {
            return rounding;
        }
    }
    return std::nullopt;
}

int basis_points(lua_State* state) {
    const Call call(state, "basis_points");
    const Money money = self_of(state, call);
    const std::int64_t points = call.whole(2);
    const std::optional<Rounding> rounding = rounding_named(call.text(3));
    if (!rounding) {
        call.wrong(3, "\"half_up\", \"half_even\", \"up\" or \"down\"");
    }
    return give(state, money.basis_points(points, *rounding));
}

int make_money(lua_State* state) {
    const Call call(state, "money");
    const std::int64_t amount = call.whole(1);
    const std::string_view code = call.text(2);
    const Result<Currency> currency_named = Currency::parse(code);
    if (!currency_named) {
        call.error(currency_named.error().message);
    }
    push_money(state, Money(amount, *currency_named));
    return 1;
}

constexpr std::array<LibraryFunction, 12> kLaws{{
    {"__add", add},
    {"__sub", subtract},
    {"__mul", multiply},
    {"__unm", negate},
    {"__div", refuse_division},
    {"__idiv", refuse_division},
    {"__mod", refuse_division},
    {"__eq", equal},
    {"__lt", less},
    {"__le", less_or_equal},
    {"__concat", concatenate},
    {"__pow", refuse_division},
}};

constexpr std::array<LibraryFunction, 8> kMethods{{
    {"minor", minor},
    {"currency", currency},
    {"decimal", decimal},
    {"is_zero", is_zero},
    {"is_negative", is_negative},
    {"is_positive", is_positive},
    {"split", split_money},
    {"basis_points", basis_points},
}};

}  // namespace

void push_money(lua_State* state, Money money) {
    void* place = lua_newuserdatauv(state, sizeof(Money), 0);
    std::memcpy(place, &money, sizeof money);
    lua_rawgetp(state, LUA_REGISTRYINDEX, &kMoneyLawKey);
    lua_setmetatable(state, -2);
}

Money money_at(lua_State* state, int index) {
    Money money;
    std::memcpy(&money, lua_touserdata(state, index), sizeof money);
    return money;
}

std::string display_of(Money money) {
    return money.to_decimal() + " " + std::string(money.currency().code());
}

void open_money_library(lua_State* state) {
    lua_createtable(state, 0, 16);
    set_functions(state, kLaws);
    lua_createtable(state, 0, static_cast<int>(kMethods.size()));
    set_functions(state, kMethods);
    seal_module(state, "money");
    lua_setfield(state, -2, "__index");
    lua_pushboolean(state, 0);
    lua_setfield(state, -2, "__metatable");
    lua_pushliteral(state, "money");
    lua_setfield(state, -2, "__name");
    lua_rawsetp(state, LUA_REGISTRYINDEX, &kMoneyLawKey);
    lua_pushcfunction(state, make_money);
    lua_setfield(state, -2, "money");
}

}  // namespace sluice::lua
