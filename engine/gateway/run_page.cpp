#include "gateway/run_page.hpp"

#include <utility>

#include "worker/picture.hpp"

namespace sluice::gateway {
namespace {

/// The runs of a page, and where the next one begins.
struct PageIds {
    std::vector<RunId> ids;
    std::optional<Id128> next_after;
};

PageIds read_ids(const db::Rows& rows, std::int64_t limit) {
    PageIds page;
    for (const db::Row row : rows) {
        if (row.is_null(0)) {
            continue;
        }
        if (static_cast<std::int64_t>(page.ids.size()) == limit) {
            page.next_after = page.ids.back().raw();
            return page;
        }
        page.ids.emplace_back(row.uuid(0));
    }
    if (!rows.empty() && !rows[0].is_null(1)) {
        page.next_after = rows[0].uuid(1);
    }
    return page;
}

}  // namespace

Result<RunPage> read_run_page(
    db::Connection& connection, const db::Rows& rows, std::int64_t limit
) {
    const PageIds found = read_ids(rows, limit);
    RunPage page;
    page.next_after = found.next_after;
    SLUICE_ASSIGN(const auto pictures, worker::PictureRows::load(connection, found.ids));
    for (const RunId id : found.ids) {
        SLUICE_ASSIGN(auto picture, pictures.read(id));
        if (picture) {
            page.pictures.push_back(*std::move(picture));
        }
    }
    return page;
}

}  // namespace sluice::gateway
