#include "unit/kit/scaffolded.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "kit/scaffold.hpp"

namespace sluice::kit::testing {
namespace {

namespace fs = std::filesystem;

}  // namespace

Scaffolded::Scaffolded() {
    std::string folder = (fs::temp_directory_path() / "sluice-kit-XXXXXX").string();
    EXPECT_NE(::mkdtemp(folder.data()), nullptr) << folder;
    root_ = folder;
    fs::create_directory(channels());
    const auto made = scaffold_channel(channels(), "toy");
    EXPECT_TRUE(made) << (made ? "" : made.error().message);
}

Scaffolded::~Scaffolded() { fs::remove_all(root_); }

std::string Scaffolded::text_of(const std::string& file) const {
    std::ifstream in(toy() / file, std::ios::binary);
    EXPECT_TRUE(in) << file;
    return {std::istreambuf_iterator<char>(in), {}};
}

void Scaffolded::write(const std::string& file, std::string_view text) const {
    std::ofstream(toy() / file, std::ios::binary) << text;
}

void Scaffolded::edit(const std::string& file, std::string_view from, std::string_view to) const {
    std::string text = text_of(file);
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << file << " has no '" << from << "'";
    write(file, text.replace(at, from.size(), to));
}

}  // namespace sluice::kit::testing
