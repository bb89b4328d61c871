// XML as older protocols write a record: read exactly, or not at all, and masked in the evidence.
#include "channel/xml_record.hpp"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "channel/evidence.hpp"

namespace sluice::channel {
namespace {

using ::testing::HasSubstr;

std::string read(std::string_view text) {
    const auto record = xml_decode(text);
    return record ? to_json(*record) : record.error().message;
}

std::string many(int count, const std::function<std::string(int)>& part) {
    std::string all;
    for (int i = 0; i < count; ++i) {
        all += part(i);
    }
    return all;
}

TEST(XmlRecord, IsReadAsTextsByName) {
    EXPECT_EQ(read("<xml><b>2</b><a>1</a></xml>"), R"({"a":"1","b":"2"})");
    EXPECT_EQ(
        read("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<xml>\n  <a><![CDATA[<1&]]></a>\n</xml>\n"
        ),
        R"({"a":"<1&"})"
    );
    EXPECT_EQ(read("<xml><a>&lt;&amp;&gt;&quot;&apos;&#20803;</a></xml>"), R"({"a":"<&>\"'元"})");
    EXPECT_EQ(read("<xml><a/><b></b><c> x </c></xml>"), R"({"a":"","b":"","c":" x "})");
    EXPECT_EQ(read("<xml/>"), "{}");
}

TEST(XmlRecord, ReadsBackWhatItWrote) {
    const Value record = ValueObject{
        {"a", "两斤橙子 <&>\"' ]]> \t\r\n"}, {"b_1", ""}, {"c", std::string(5'000, 'x')}
    };

    const auto text = xml_encode(record);

    ASSERT_TRUE(text) << text.error().message;
    EXPECT_EQ(xml_decode(*text).value(), record);
    EXPECT_EQ(xml_encode(ValueObject{{"b", "1"}, {"a", "<"}}), "<xml><b>1</b><a>&lt;</a></xml>");
}

TEST(XmlRecord, IsNoneOfADocumentThatCouldMeanTwoThingsOrCostMuch) {
    struct Row {
        std::string text;
        std::string_view why;
    };
    const std::vector<Row> rows = {
        {"", "no element found"},
        {R"({"a":1})", "not well-formed"},
        {"<xml><a>1</a>", "no element found"},
        {"<xml><a>1</xml>", "mismatched tag"},
        {"<xml></xml><xml></xml>", "junk after document element"},
        {"<html><a>1</a></html>", "its root is not <xml>"},
        {"<xml><a>1</a><a>1</a></xml>", "'a' stands twice"},
        {"<xml><a><b>1</b></a></xml>", "a member holds another"},
        {"<xml>1<a>1</a></xml>", "text stands between members"},
        {"<xml a='1'></xml>", "an element has attributes"},
        {"<xml><a b='1'>1</a></xml>", "an element has attributes"},
        {"<xml><a>1<!-- 2 --></a></xml>", "it has a comment"},
        {"<xml><a>1</a><?php 2 ?></xml>", "it has a processing instruction"},
        {"<xml><a:b>1</a:b></xml>", "a member's name is none"},
        {"<xml><" + std::string(65, 'a') + "/></xml>", "a member's name is none"},
        {"<!DOCTYPE xml><xml><a>1</a></xml>", "it has a document type"},
        {"<!DOCTYPE xml SYSTEM 'file:///etc/passwd'><xml></xml>", "it has a document type"},
        {"<!DOCTYPE xml [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><xml><a>&f;</a></xml>",
         "it has a document type"},
        {"<!DOCTYPE xml [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;'>]>"
         "<xml><a>&c;</a></xml>",
         "it has a document type"},
        {"<xml><a>&unknown;</a></xml>", "undefined entity"},
        {"<xml><a>&#0;</a></xml>", "reference to invalid character number"},
        {"<xml><a>\x01</a></xml>", "not well-formed"},
        {std::string("<xml><a>\0</a></xml>", 19), "not well-formed"},
        {"<xml><a>\xff</a></xml>", "it is no UTF-8"},
        {"<xml><a>\xc0\xaf</a></xml>", "it is no UTF-8"},
        {"<xml><a>\xed\xa0\x80</a></xml>", "it is no UTF-8"},
        {"<?xml version='1.0' encoding='GBK'?><xml><a>1</a></xml>", "its encoding is not UTF-8"},
        {"<xml>" + many(257, [](int i) { return "<a" + std::to_string(i) + "/>"; }) + "</xml>",
         "it has more than 256 members"},
        {"<xml><a>" + std::string(65'536, 'x') + "</a></xml>", "it is longer than 65536 bytes"},
        {"<xml>" + many(10'000, [](int) { return "<a>"; }), "a member holds another"},
    };
    for (const Row& row : rows) {
        EXPECT_THAT(read(row.text), HasSubstr(row.why)) << row.text.substr(0, 80);
        EXPECT_FALSE(xml_decode(row.text)) << row.text.substr(0, 80);
    }
}

TEST(XmlRecord, IsNotWrittenOfWhatCouldNotBeReadBack) {
    const auto why = [](const Value& record) { return xml_encode(record).error().message; };

    EXPECT_EQ(why("text"), "XML is made of a text, wanted a record");
    EXPECT_EQ(why(ValueObject{{"a", 7}}), "the XML's 'a' is no text that it can hold");
    EXPECT_EQ(why(ValueObject{{"a", "\x02"}}), "the XML's 'a' is no text that it can hold");
    EXPECT_EQ(why(ValueObject{{"a", "\xff"}}), "the XML's 'a' is no text that it can hold");
    EXPECT_EQ(why(ValueObject{{"a", "\xef\xbf\xbf"}}), "the XML's 'a' is no text that it can hold");
    for (const char* name : {"", "1a", "a b", "a>", "a/", "xml:a", "名"}) {
        EXPECT_THAT(why(ValueObject{{name, "1"}}), HasSubstr("wanted 1 to 64 letters")) << name;
    }
}

TEST(EvidenceOfXml, ShowsNoMoreOfMembersThanOfJson) {
    const MaskedMembers masked{.in_part = {"openid"}, .whole = {"auth_code"}};

    EXPECT_EQ(
        masked_body("<xml><auth_code>134567890123456789</auth_code><body>a=1</body></xml>", masked),
        "<xml><auth_code>***</auth_code><body>a=1</body></xml>"
    );
    EXPECT_EQ(
        masked_body("<xml><openid><![CDATA[oUpF8uMuAJO]]></openid><openid_x>1</openid_x>", masked),
        "<xml><openid><![CDATA[oUpF***</openid><openid_x>1</openid_x>"
    );
    EXPECT_EQ(
        masked_body("<xml><openid a='1'>oUpF8uMuAJO</openid ><openid>abc</openid>", masked),
        "<xml><openid a='1'>oUpF***</openid ><openid>abc***</openid>"
    );
    EXPECT_EQ(masked_body("<xml><auth_code>1345", masked), "<xml><auth_code>***");
    EXPECT_EQ(masked_body("<xml><auth_code", masked), "<xml><auth_code");
    EXPECT_EQ(
        masked_body(R"(<p>{"openid":"oUpF8uMuAJO"}</p>)", masked), R"(<p>{"openid":"oUpF***"}</p>)"
    );
    EXPECT_EQ(without_secrets("<a>x&lt;y</a>", {"x<y"}), "<a>***</a>");
}

}  // namespace
}  // namespace sluice::channel
