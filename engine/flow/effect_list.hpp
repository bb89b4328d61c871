#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::flow {

/// What one activation asked for and did, as the journal keeps it: JSON records in order. They are
/// text from the beginning, for nobody reads them but the hash, the journal and people. One thread.
class EffectList {
  public:
    /// Where one more effect is to be written, as one JSON record.
    std::string& next() {
        if (records_.empty()) {
            records_.reserve(kUsual);
        } else {
            records_.push_back(',');
        }
        return records_;
    }
    [[nodiscard]] bool is_empty() const { return records_.empty(); }

    /// A place to go back to, and what was written since then forgotten.
    [[nodiscard]] std::size_t mark() const { return records_.size(); }
    void forget_since(std::size_t mark) { records_.resize(mark); }

    /// A JSON list, at the end of `out`.
    void append_to(std::string& out) const {
        out.push_back('[');
        out += records_;
        out.push_back(']');
    }

  private:
    /// What grows to its size is copied on the way.
    static constexpr std::size_t kUsual = 1536;

    std::string records_;
};

}  // namespace sluice::flow
