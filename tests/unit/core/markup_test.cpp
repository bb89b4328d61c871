#include "core/markup.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(Markup, ReferencesWhatWouldEndATextOrBeReadAsSomethingElse) {
    EXPECT_EQ(
        escape_markup("<a href=\"x\" b='y'>&\r\n付款"),
        "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;&#13;\n付款"
    );
}

TEST(Markup, LeavesWhatIsPlain) {
    EXPECT_EQ(escape_markup(""), "");
    EXPECT_EQ(escape_markup("付款 12.34 - order_1;"), "付款 12.34 - order_1;");
}

}  // namespace
}  // namespace sluice
