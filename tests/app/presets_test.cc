#include "app/presets.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "jit/login_decision.h"
#include "sp/reject.h"

namespace doorward::app {
namespace {

constexpr std::string_view kUnspecified = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
constexpr std::string_view kEmail = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
constexpr std::string_view kPersistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
constexpr std::string_view kTransient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";

bool has(const std::vector<std::string>& list, std::string_view value) {
  return std::ranges::find(list, value) != list.end();
}

// A preset that is as short as the format allows.
std::string smallest() {
  return "title = \"T\"\n"
         "name_id_formats = [\"f\"]\n"
         "[attributes]\n"
         "email = [\"mail\"]\nfirst_name = []\nlast_name = []\ndisplay_name = []\n"
         "groups = []\nalt_subject = []\n"
         "[setup]\n"
         "console = \"c\"\nacs_url = \"a\"\nentity_id = \"e\"\nidp_metadata = \"m\"\n"
         "name_id = \"n\"\nattributes = \"t\"\nassignment = \"s\"\n";
}

std::string error_of(const std::string& text) {
  auto preset = parse_preset("presets/x.toml", text);
  return preset ? "accepted" : preset.error();
}

std::string with(const std::string& from, const std::string& to) {
  std::string text = smallest();
  auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(BuiltinPresets, AreTheFiveOfTheInterface) {
  auto presets = builtin_presets();
  ASSERT_TRUE(presets) << presets.error();
  std::set<std::string> names;
  for (const auto& [name, preset] : *presets) {
    names.insert(name);
    EXPECT_EQ(preset.name, name);
    EXPECT_FALSE(preset.email.empty()) << name;
  }
  EXPECT_EQ(names, (std::set<std::string>{"entra", "generic", "google", "okta", "onelogin"}));
}

TEST(BuiltinPresets, TakeTheVendorsDefaultNameIdAndNeverATransientOne) {
  auto presets = builtin_presets();
  ASSERT_TRUE(presets) << presets.error();
  for (const auto& [name, preset] : *presets) {
    EXPECT_TRUE(has(preset.name_id_formats, kEmail)) << name;
    EXPECT_FALSE(has(preset.name_id_formats, kTransient)) << name;
    EXPECT_EQ(has(preset.name_id_formats, kUnspecified), name != "entra") << name;
    EXPECT_EQ(has(preset.name_id_formats, kPersistent), name != "google") << name;
  }
}

TEST(BuiltinPresets, ExplainTheCommonReasonsInTheVendorsWords) {
  auto presets = builtin_presets();
  ASSERT_TRUE(presets) << presets.error();
  for (const auto& [name, preset] : *presets) {
    for (const char* reason : {"NAMEID_FORMAT", "TRANSIENT_SUBJECT", "DOMAIN_NOT_ALLOWED"}) {
      EXPECT_NE(preset.fix(reason), "") << name << " " << reason;
    }
  }
  EXPECT_NE(presets->at("okta").fix("NAMEID_FORMAT").find("Name ID format"), std::string::npos);
  EXPECT_EQ(presets->at("okta").fix("NO_SUCH_REASON"), "");
}

TEST(BuiltinPresets, ExplainOnlyReasonsThatExistAndEachIsOneThing) {
  std::set<std::string_view> rejects;
  for (auto reject : sp::all_rejects()) rejects.insert(sp::reject_info(reject).name);
  std::set<std::string_view> denials;
  for (int i = 0; i <= static_cast<int>(jit::DenyReason::seat_limit); ++i) {
    denials.insert(jit::name_of(static_cast<jit::DenyReason>(i)));
  }
  auto presets = builtin_presets();
  ASSERT_TRUE(presets) << presets.error();
  for (const auto& [name, preset] : *presets) {
    for (const auto& [reason, text] : preset.fixes) {
      EXPECT_EQ(rejects.count(reason) + denials.count(reason), 1U) << name << " " << reason;
    }
  }
}

TEST(BuiltinPresets, KnowTheAttributesThatCannotChange) {
  auto presets = builtin_presets();
  ASSERT_TRUE(presets) << presets.error();
  EXPECT_TRUE(has(presets->at("entra").alt_subject,
                  "http://schemas.microsoft.com/identity/claims/objectidentifier"));
  EXPECT_TRUE(has(presets->at("onelogin").alt_subject, "PersonImmutableID"));
  EXPECT_TRUE(has(presets->at("okta").alt_subject, "id"));
  EXPECT_TRUE(presets->at("google").alt_subject.empty());
  EXPECT_EQ(presets->at("onelogin").groups_separator, ";");
}

TEST(ParsePreset, ReadsTheSmallestOne) {
  auto preset = parse_preset("presets/x.toml", smallest());
  ASSERT_TRUE(preset) << preset.error();
  EXPECT_EQ(preset->name, "x");
  EXPECT_EQ(preset->title, "T");
  EXPECT_EQ(preset->email, std::vector<std::string>{"mail"});
  EXPECT_EQ(preset->setup.idp_metadata, "m");
  EXPECT_FALSE(preset->name_id_is_email);
  EXPECT_TRUE(preset->fixes.empty());
}

TEST(ParsePreset, RefusesAnUnknownKeyAndNamesItsLineAndTheNearest) {
  EXPECT_EQ(error_of(with("title", "tittle")),
            "presets/x.toml:1: unknown key \"tittle\", nearest is \"title\"");
  EXPECT_EQ(error_of(with("email =", "zzzzzzzzzzzz =")),
            "presets/x.toml:4: unknown key \"zzzzzzzzzzzz\"");
  EXPECT_EQ(error_of(with("acs_url", "acs_uri")),
            "presets/x.toml:12: unknown key \"acs_uri\", nearest is \"acs_url\"");
}

TEST(ParsePreset, RefusesWhatIsMissingOrEmpty) {
  EXPECT_EQ(error_of(with("title = \"T\"\n", "")), "presets/x.toml:1: title is missing");
  EXPECT_EQ(error_of(with("\"T\"", "\"\"")), "presets/x.toml:1: title must not be empty");
  EXPECT_EQ(error_of("title = \"T\"\nname_id_formats = []\n"),
            "presets/x.toml:1: attributes is missing");
}

TEST(ParsePreset, RefusesWrongTypes) {
  EXPECT_EQ(error_of(with("\"T\"", "1")), "presets/x.toml:1: title must be a string");
  EXPECT_EQ(error_of(with("[\"f\"]", "\"f\"")),
            "presets/x.toml:2: name_id_formats must be a list of strings");
  EXPECT_EQ(error_of(with("[\"f\"]", "[\"f\", 2]")),
            "presets/x.toml:2: name_id_formats must be a list of strings");
  EXPECT_EQ(error_of("name_id_is_email = \"yes\"\n" + smallest()),
            "presets/x.toml:1: name_id_is_email must be true or false");
  EXPECT_EQ(error_of("fix = 3\n" + smallest()), "presets/x.toml:1: fix must be a table");
}

TEST(ParsePreset, RefusesAFixThatNamesNoReason) {
  EXPECT_EQ(error_of(smallest() + "[fix]\naudience = \"x\"\n"),
            "presets/x.toml:19: \"audience\" names no reason");
}

TEST(ParsePreset, RefusesWhatIsNotToml) {
  std::string error = error_of("title = \n");
  EXPECT_TRUE(error.starts_with("presets/x.toml:1: ")) << error;
  EXPECT_NE(error_of(smallest() + "[setup]\n").find("presets/x.toml:"), std::string::npos);
}

}  // namespace
}  // namespace doorward::app
