#include "kit/outcome_table.hpp"

#include <algorithm>
#include <map>
#include <sstream>

namespace sluice::kit {
namespace {

constexpr std::size_t kColumns = 5;

std::string trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(' ');
    const std::size_t last = text.find_last_not_of(' ');
    return first == std::string_view::npos ? "" : std::string(text.substr(first, last - first + 1));
}

/// Between the bars of a line of a table; nothing for another line.
std::vector<std::string> cells_of(std::string_view line) {
    std::vector<std::string> cells;
    if (!line.starts_with('|')) {
        return cells;
    }
    line.remove_prefix(1);
    for (auto bar = line.find('|'); bar != std::string_view::npos; bar = line.find('|')) {
        cells.push_back(trimmed(line.substr(0, bar)));
        line.remove_prefix(bar + 1);
    }
    return cells;
}

bool is_header(const std::vector<std::string>& cells) {
    return cells.size() == kColumns && cells[0] == "Operation" && cells[1] == "HTTP" &&
           cells[3] == "Outcome" && cells[4] == "Fixture";
}

std::string at_line(const OutcomeRow& row) {
    return "README.md line " + std::to_string(row.line) + ": ";
}

/// What one cell of a row says, and what its fixture says.
struct Cell {
    const char* column;
    const std::string& told;
    const std::string& recorded;
};

void compare_cells(
    const OutcomeRow& row, const Played& played, std::vector<std::string>& differences
) {
    const std::string status = played.http_status == 0 ? "-" : std::to_string(played.http_status);
    for (const Cell& cell : {
             Cell{"operation", row.operation, played.operation},
             Cell{"HTTP", row.http, status},
             Cell{"outcome", row.outcome, played.outcome},
         }) {
        if (cell.told != cell.recorded) {
            differences.push_back(
                at_line(row) + cell.column + " is " + cell.told + ", its fixture says " +
                cell.recorded
            );
        }
    }
}

}  // namespace

std::vector<OutcomeRow> outcome_table(std::string_view readme) {
    std::vector<OutcomeRow> rows;
    std::istringstream text{std::string(readme)};
    std::string line;
    bool is_in_table = false;
    for (std::size_t number = 1; std::getline(text, line); ++number) {
        const auto cells = cells_of(line);
        if (is_header(cells)) {
            is_in_table = true;
            continue;
        }
        is_in_table = is_in_table && !cells.empty();
        if (!is_in_table || cells[0].starts_with("---")) {
            continue;
        }
        OutcomeRow row{
            .line = number, .operation = cells[0], .http = {}, .outcome = {}, .fixture = {}
        };
        if (cells.size() == kColumns) {
            row.http = cells[1];
            row.outcome = cells[3];
            row.fixture = cells[4];
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<std::string> compare_table(
    const std::vector<OutcomeRow>& rows, const std::vector<Played>& recorded
) {
    std::vector<std::string> differences;
    if (rows.empty()) {
        differences.emplace_back(
            "README.md has no table headed Operation, HTTP, ..., Outcome, Fixture"
        );
    }
    std::map<std::string, const OutcomeRow*> named;
    for (const OutcomeRow& row : rows) {
        const auto played = std::ranges::find(recorded, row.fixture, &Played::fixture);
        if (row.fixture.empty() || played == recorded.end()) {
            differences.push_back(
                at_line(row) + "there is no fixtures/" + row.fixture + ".json for this row"
            );
            continue;
        }
        if (const auto [first, is_new] = named.emplace(row.fixture, &row); !is_new) {
            differences.push_back(
                at_line(row) + "names " + row.fixture + ", as line " +
                std::to_string(first->second->line) + " does"
            );
            continue;
        }
        // What could not be read has told its own mistake.
        if (!played->operation.empty()) {
            compare_cells(row, *played, differences);
        }
    }
    for (const Played& each : recorded) {
        if (!named.contains(each.fixture)) {
            differences.push_back("fixtures/" + each.fixture + ".json has no row in README.md");
        }
    }
    return differences;
}

}  // namespace sluice::kit
