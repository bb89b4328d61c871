#pragma once

#include <cstddef>
#include <vector>

#include "db/array.hpp"
#include "db/parameter.hpp"
#include "worker/batch.hpp"

namespace sluice::worker {

/// The parallel arrays of sluice.commit_batch, a struct a family, in the order of its parameters.
struct Batch::Columns {
    using A = db::ArrayBuilder;
    using T = db::ArrayType;

    struct {
        A run{T::uuid}, bucket{T::int16}, seq{T::int32}, at{T::timestamptz}, body{T::bytes},
            hash{T::uuid}, state{T::text}, wake{T::timestamptz}, pending{T::int32},
            release{T::uuid};
    } run;
    struct {
        A i{T::int32}, id{T::uuid}, merchant{T::text}, number{T::text}, product{T::text},
            description{T::text}, currency{T::text}, amount{T::int64}, hash{T::uuid},
            expires{T::timestamptz};
    } order;
    struct {
        A i{T::int32}, order{T::uuid}, merchant{T::text}, flow{T::text}, currency{T::text},
            amount{T::int64}, legs{T::text}, status{T::text}, stage{T::text}, code{T::text},
            message{T::text};
    } payment;
    struct {
        A i{T::int32}, merchant{T::text}, key{T::text}, hash{T::uuid};
    } key;
    struct {
        A i{T::int32}, status{T::text}, stage{T::text}, code{T::text}, message{T::text},
            order{T::uuid}, paid{T::int64};
    } change;
    struct {
        A i{T::int32}, id{T::uuid}, leg{T::int16}, kind{T::text}, channel{T::text},
            account_name{T::text}, scene{T::text}, account{T::uuid}, currency{T::text},
            amount{T::int64}, merchant{T::text}, expires{T::timestamptz}, status{T::text},
            purpose{T::text}, original{T::uuid};
    } instruction;
    struct {
        A i{T::int32}, id{T::uuid}, status{T::text}, reference{T::text}, code{T::text},
            message{T::text}, action{T::text};
    } instruction_change;
    struct {
        A i{T::int32}, ordinal{T::int32}, kind{T::text}, id{T::uuid}, account{T::uuid},
            currency{T::text}, amount{T::int64};
    } hold;
    struct {
        A i{T::int32}, id{T::uuid}, event{T::text}, order{T::uuid}, currency{T::text},
            first{T::int32}, last{T::int32};
    } journal;
    struct {
        A account{T::uuid}, amount{T::int64};
    } line;
    struct {
        A j{T::int32}, line{T::int16}, slot{T::int32}, turn{T::int32};
    } entry;
    struct {
        A id{T::uuid}, currency{T::text}, sums{T::int64};
    } moved;
    struct {
        A id{T::uuid}, gl{T::text}, owner{T::text}, currency{T::text};
    } account;
    struct {
        A i{T::int32}, id{T::uuid}, type{T::text}, object{T::uuid};
    } event;

    /// Every array in the order of the function's parameters.
    std::vector<A*> all();
};

/// A column that few rows fill: NULL up to the row with this number, and for all after the last.
db::ArrayBuilder& append_at(db::ArrayBuilder& column, std::size_t row);

}  // namespace sluice::worker
