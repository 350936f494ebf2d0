#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sp/identity.h"
#include "tests/support/identity_maker.h"

namespace doorward::sp {
namespace {

using tests::AssertionFields;
using tests::IdentityMaker;

constexpr const char* kEmailFormat = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
constexpr const char* kUnspecified = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
constexpr const char* kPersistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";

Preset preset() {
  Preset out;
  out.name = "test";
  out.email = {"urn:oid:0.9.2342.19200300.100.1.3", "email"};
  out.name_id_is_email = true;
  out.first_name = {"firstName"};
  out.last_name = {"lastName"};
  out.display_name = {"displayName"};
  out.groups = {"groups", "memberOf"};
  out.alt_subject = {"id", "PersonImmutableID"};
  return out;
}

Identity read(std::vector<Attribute> attributes, const Preset& by = preset()) {
  AssertionFields fields;
  fields.attributes = std::move(attributes);
  return identify(IdentityMaker::assertion(fields), base::ConnectionId("acme-okta"), by,
                  {"acme.com"});
}

Identity read_name_id(const std::string& name_id, const std::string& format,
                      const Preset& by = preset()) {
  AssertionFields fields;
  fields.name_id = name_id;
  fields.name_id_format = format;
  return identify(IdentityMaker::assertion(fields), base::ConnectionId("acme-okta"), by,
                  {"acme.com"});
}

std::string address(const Identity& identity) {
  return identity.email() ? identity.email()->address : "none";
}

TEST(Identify, NamesTheSubjectByteForByte) {
  auto subject = read_name_id(" Ada ", kPersistent).subject();
  EXPECT_EQ(subject.connection.str(), "acme-okta");
  EXPECT_EQ(subject.idp_entity_id, "https://idp.example/acme");
  EXPECT_EQ(subject.format, kPersistent);
  EXPECT_EQ(subject.name_id, " Ada ");
}

TEST(Identify, TakesAnAbsentFormatAsUnspecified) {
  EXPECT_EQ(read_name_id("ada", "").subject().format, kUnspecified);
}

TEST(Identify, ReadsNamesWithoutRegardToCase) {
  auto identity = read({{"FIRSTNAME", "", {"Ada"}}, {"lastname", "", {" Lovelace "}}});
  EXPECT_EQ(identity.first_name(), "Ada");
  EXPECT_EQ(identity.last_name(), "Lovelace");
}

TEST(Identify, ReadsByFriendlyNameToo) {
  EXPECT_EQ(address(read({{"urn:oid:9.9", "Email", {"ada@acme.com"}}})), "ada@acme.com");
}

TEST(Identify, PrefersTheEarlierCandidate) {
  EXPECT_EQ(address(read({{"email", "", {"second@acme.com"}},
                          {"urn:oid:0.9.2342.19200300.100.1.3", "mail", {"first@acme.com"}}})),
            "first@acme.com");
}

TEST(Identify, TakesTwoValuesAsNone) {
  EXPECT_EQ(address(read({{"email", "", {"a@acme.com", "b@acme.com"}}})), "none");
  EXPECT_EQ(address(read({{"email", "", {"a@acme.com", ""}}})), "none");
  EXPECT_EQ(read({{"id", "", {"1", "2"}}}).alt_subject(), "");
}

TEST(Identify, TakesAnAttributeGivenTwiceAsNone) {
  EXPECT_EQ(address(read({{"email", "", {"a@acme.com"}}, {"Email", "", {"b@acme.com"}}})), "none");
  EXPECT_EQ(address(read({{"email", "", {"a@acme.com"}}, {"x", "email", {"b@acme.com"}}})), "none");
  EXPECT_EQ(read({{"id", "", {"1"}}, {"id", "", {"1"}}}).alt_subject(), "");
}

TEST(Identify, LetsNoLaterCandidateSpeakForOneThatIsAmbiguous) {
  const std::string first = "urn:oid:0.9.2342.19200300.100.1.3";
  const Attribute later{"email", "", {"later@acme.com"}};
  EXPECT_EQ(address(read({{first, "", {"a@acme.com", "b@acme.com"}}, later})), "none");
  EXPECT_EQ(address(read({{first, "", {"a@acme.com"}}, {first, "", {"a@acme.com"}}, later})),
            "none");
  EXPECT_EQ(address(read({{first, "", {}}, later})), "later@acme.com") << "it has no value";
  EXPECT_EQ(address(read({{first, "", {"a@acme.com"}}, later, later})), "a@acme.com")
      << "what comes later is not asked";
  EXPECT_EQ(read({{"id", "", {"1", "2"}}, {"PersonImmutableID", "", {"p"}}}).alt_subject(), "");
  AssertionFields fields;
  fields.name_id = "name@acme.com";
  fields.name_id_format = kEmailFormat;
  fields.attributes = {{"email", "", {"a@acme.com", "b@acme.com"}}};
  EXPECT_EQ(
      address(identify(IdentityMaker::assertion(fields), base::ConnectionId("c"), preset(), {})),
      "none")
      << "nor does the NameID";
}

TEST(Identify, TakesANameFromALaterCandidate) {
  Preset two = preset();
  two.first_name = {"givenName", "firstName"};
  EXPECT_EQ(read({{"givenName", "", {"A", "B"}}, {"firstName", "", {"Ada"}}}, two).first_name(),
            "Ada");
}

TEST(Identify, ReadsTheImmutableIdOfTheFirstCandidateThatHasOne) {
  EXPECT_EQ(read({{"PersonImmutableID", "", {"p"}}, {"id", "", {"i"}}}).alt_subject(), "i");
  EXPECT_EQ(read({{"PersonImmutableID", "", {"p"}}, {"id", "", {""}}}).alt_subject(), "p");
}

TEST(Identify, TrustsOnlyTheDomainsThatAreBoundHere) {
  EXPECT_EQ(read({{"email", "", {"ada@acme.com"}}}).email()->trust, EmailTrust::trusted);
  EXPECT_EQ(read({{"email", "", {"ada@evil.com"}}}).email()->trust, EmailTrust::claimed);
  EXPECT_EQ(read({{"email", "", {"ada@sub.acme.com"}}}).email()->trust, EmailTrust::claimed);
  EXPECT_EQ(read({{"email", "", {"ada@evil.com@acme.com"}}}).email()->trust, EmailTrust::claimed);
  EXPECT_EQ(read({{"email", "", {"@acme.com"}}}).email()->trust, EmailTrust::claimed);
}

TEST(Identify, WritesTheDomainInLowerCaseAndKeepsTheRest) {
  auto email = read({{"email", "", {"Ada.L@ACME.Com"}}}).email();
  ASSERT_TRUE(email);
  EXPECT_EQ(email->address, "Ada.L@acme.com");
  EXPECT_EQ(email->domain(), "acme.com");
  EXPECT_EQ(email->trust, EmailTrust::trusted);
}

TEST(Identify, TakesTheNameIdAsAddressOnlyAsLastResort) {
  EXPECT_EQ(address(read_name_id("ada@acme.com", kEmailFormat)), "ada@acme.com");
  EXPECT_EQ(address(read_name_id("ada@acme.com", kUnspecified)), "ada@acme.com");
  EXPECT_EQ(address(read_name_id("ada@acme.com", "")), "ada@acme.com");
  EXPECT_EQ(address(read_name_id("ada", kEmailFormat)), "none");
  AssertionFields fields;
  fields.name_id = "name@acme.com";
  fields.attributes = {{"email", "", {"attribute@acme.com"}}};
  EXPECT_EQ(
      address(identify(IdentityMaker::assertion(fields), base::ConnectionId("c"), preset(), {})),
      "attribute@acme.com");
}

TEST(Identify, NeverTakesAPersistentNameIdAsAddress) {
  EXPECT_EQ(address(read_name_id("ada@acme.com", kPersistent)), "none");
}

TEST(Identify, NeverTakesTheNameIdAsAddressIfThePresetSaysNo) {
  Preset entra = preset();
  entra.name_id_is_email = false;
  EXPECT_EQ(address(read_name_id("ada@acme.com", kEmailFormat, entra)), "none");
}

TEST(Identify, LeavesOutAnAddressThatIsTooLong) {
  EXPECT_EQ(address(read({{"email", "", {std::string(255, 'a') + "@acme.com"}}})), "none");
}

TEST(Identify, MakesADisplayNameOfTheOthers) {
  Attribute first{"firstName", "", {"Ada"}};
  Attribute last{"lastName", "", {"Lovelace"}};
  EXPECT_EQ(read({first, last}).display_name(), "Ada Lovelace");
  EXPECT_EQ(read({last}).display_name(), "Lovelace");
  EXPECT_EQ(read({first, last, {"displayName", "", {"Countess"}}}).display_name(), "Countess");
  EXPECT_EQ(read({}).display_name(), "");
}

TEST(Identify, ReadsAllValuesOfTheFirstGroupsAttributeOnce) {
  auto identity = read({{"memberOf", "", {"ignored"}},
                        {"groups", "", {"a;b", " c ", "", "a;b"}},
                        {"groups", "", {"d"}}});
  EXPECT_EQ(identity.groups(), (std::vector<std::string>{"a;b", "c", "d"}));
}

TEST(Identify, SplitsGroupsWhereThePresetSaysSo) {
  Preset onelogin = preset();
  onelogin.groups_separator = ";";
  auto identity = read({{"memberOf", "", {"a;b; ;a"}}}, onelogin);
  EXPECT_EQ(identity.groups(), (std::vector<std::string>{"a", "b"}));
}

TEST(EmailDomain, IsTheLowerCaseALabelDomain) {
  EXPECT_EQ(email_domain("ada@Acme.COM"), "acme.com");
  EXPECT_EQ(email_domain("ada@xn--bcher-kva.de"), "xn--bcher-kva.de");
}

TEST(EmailDomain, IsEmptyForAnythingElse) {
  for (const char* text : {"", "ada", "@acme.com", "ada@", "a@b@acme.com", "ada@acme", "ada@.com",
                           "ada@acme.com.", "ada@acme..com", "ada@-acme.com", "ada@acme-.com",
                           "ada@b\xC3\xBC"
                           "cher.de",
                           "a da@acme.com", "ada@acme.com\n", "ada@acme_x.com", "ada\x7F@acme.com",
                           "ada@[127.0.0.1]"}) {
    EXPECT_EQ(email_domain(text), "") << text;
  }
  EXPECT_EQ(email_domain("a@" + std::string(64, 'a') + ".com"), "");
}

}  // namespace
}  // namespace doorward::sp
