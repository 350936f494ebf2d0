#include "tests/app/terminal.h"
#include "tests/support/paths.h"

namespace doorward::app {
namespace {

using tests::Terminal;
using Strings = std::vector<std::string>;

class Connections : public Terminal {
 protected:
  static std::string metadata(const std::string& entity_id, const std::string& key) {
    const auto certificate = certs::Certificate::parse_pem(
        tests::read_file(tests::source_path("tests/vectors/keys/" + key + ".pem")));
    return "<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"" +
           entity_id +
           "\"><IDPSSODescriptor "
           "protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">"
           "<KeyDescriptor use=\"signing\"><KeyInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\">"
           "<X509Data><X509Certificate>" +
           certificate->base64() +
           "</X509Certificate></X509Data></KeyInfo></KeyDescriptor><SingleSignOnService "
           "Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" "
           "Location=\"https://idp.example.com/redirect\"/><SingleSignOnService "
           "Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" "
           "Location=\"https://idp.example.com/post\"/></IDPSSODescriptor></EntityDescriptor>";
  }
  static std::string sha256_of(const std::string& key) {
    return certs::Certificate::parse_pem(
               tests::read_file(tests::source_path("tests/vectors/keys/" + key + ".pem")))
        ->sha256();
  }
};

TEST_F(Connections, AreMadeByHandWithTheirOwnUrlsAndAKey) {
  set_up_acme();
  const auto made = connect();
  EXPECT_EQ(made["id"], "acme-generic");
  EXPECT_EQ(made["acs_url"], "https://gate.example.com/saml/acme-generic/acs");
  EXPECT_EQ(made["entity_id"], "https://gate.example.com/saml/acme-generic/metadata");
  EXPECT_EQ(made["metadata_url"], "https://gate.example.com/saml/acme-generic/metadata");
  EXPECT_EQ(made["idp_entity_id"], kIdpEntity);
  ASSERT_EQ(made["certificates"].size(), 1U);
  EXPECT_EQ(made["certificates"][0]["sha256"], sha256_of("idp"));
  const auto keys = ask({"key", "list", "--connection", "acme-generic"});
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(keys[0]["use"], "signing");
  EXPECT_EQ(keys[0]["active"], true);
  EXPECT_EQ(actions().back(), "connection.created");
}

TEST_F(Connections, SealTheirKeyUnderTheDataKey) {
  set_up_acme();
  connect();
  const auto store = open_store();
  const auto loaded = store->load_configuration();
  ASSERT_EQ(loaded->keys.size(), 1U);
  const auto data_key = certs::DataKey::parse(tests::read_file(path("data.key")));
  const auto pem =
      certs::open(*data_key, store::key_aad(loaded->keys[0]), loaded->keys[0].sealed_pem);
  ASSERT_TRUE(pem);
  EXPECT_NE(pem->find("PRIVATE KEY"), std::string::npos);
}

TEST_F(Connections, TakeTheNextFreeIdAndNeverOneThatIsThere) {
  set_up_acme();
  EXPECT_EQ(connect()["id"], "acme-generic");
  EXPECT_EQ(connect({}, "https://second.example")["id"], "acme-generic-2");
  ask({"connection", "delete", "acme-generic-2"});
  EXPECT_EQ(connect({}, "https://third.example")["id"], "acme-generic-3");
  const auto taken = type({"connection", "create", "--org", "acme", "--preset", "generic", "--id",
                           "acme-generic", "--idp-entity-id", "x", "--idp-sso-url",
                           "https://x.example", "--idp-certificate", certificate("idp")});
  EXPECT_EQ(taken.code, 1);
  EXPECT_EQ(ask({"connection", "show", "acme-generic"})["idp_entity_id"], kIdpEntity);
}

TEST_F(Connections, ReadMetadataFromAFileStandardInputOrAUrl) {
  set_up_acme();
  write("idp.xml", metadata("https://one.example", "idp"));
  pages_["https://two.example/metadata"] = metadata("https://two.example", "idp");
  const Strings create = {"connection", "create", "--org", "acme", "--preset", "okta"};
  const auto with = [&create](const std::string& source) {
    auto arguments = create;
    arguments.insert(arguments.end(), {"--metadata", source});
    return arguments;
  };
  EXPECT_EQ(ask(with(path("idp.xml")))["idp_entity_id"], "https://one.example");
  EXPECT_EQ(ask(with("https://two.example/metadata"))["idp_entity_id"], "https://two.example");
  EXPECT_EQ(ask(with("-"), metadata("https://three.example", "idp"))["idp_entity_id"],
            "https://three.example");
  const auto shown = ask({"connection", "show", "acme-okta"});
  EXPECT_EQ(shown["idp_sso_url"], "https://idp.example.com/redirect");
  EXPECT_EQ(shown["domains"], base::Json({"acme.com"}));
  EXPECT_EQ(type(with(path("none.xml"))).code, 1);
  EXPECT_EQ(type(with("https://four.example/metadata")).code, 1);
  EXPECT_NE(type(with("-"), "<x/>").err.find("NOT_METADATA"), std::string::npos);
}

TEST_F(Connections, TellTheStepsInTheVendorsWords) {
  set_up_acme();
  write("idp.xml", metadata("https://one.example", "idp"));
  const auto said = type(
      {"connection", "create", "--org", "acme", "--preset", "okta", "--metadata", path("idp.xml")});
  EXPECT_NE(said.out.find("Audience URI (SP Entity ID)"), std::string::npos) << said.out;
  EXPECT_NE(said.out.find("acme.com"), std::string::npos);
}

TEST_F(Connections, KeepWhatAnotherServiceProviderHad) {
  set_up_acme();
  const auto made = connect(
      {"--sp-entity-id", "urn:old", "--acs-url", "https://gate.example.com/api/oauth/saml"});
  EXPECT_EQ(made["entity_id"], "urn:old");
  EXPECT_EQ(made["acs_url"], "https://gate.example.com/api/oauth/saml");
  const Strings create = {"connection",
                          "create",
                          "--org",
                          "acme",
                          "--preset",
                          "generic",
                          "--idp-entity-id",
                          "x",
                          "--idp-sso-url",
                          "https://x.example",
                          "--idp-certificate",
                          certificate("idp"),
                          "--acs-url",
                          "http://gate.example.com/x"};
  EXPECT_EQ(type(create).code, 1);
}

TEST_F(Connections, TakeOverNoPathThatIsOurs) {
  set_up_acme();
  const auto at = [this](const std::string& url) {
    return type({"connection", "create", "--org", "acme", "--preset", "generic", "--id", "taken",
                 "--idp-entity-id", "https://taken.example", "--idp-sso-url", "https://x.example",
                 "--idp-certificate", certificate("idp"), "--acs-url", url});
  };
  for (const auto* path :
       {"/", "/login", "/login/continue", "/logout", "/session", "/_doorward/sign_out",
        "/_doorward/other", "/authz/auth-request", "/oauth2/token", "/scim/v2", "/setup",
        "/setup/x", "/v1/members", "/console/", "/.well-known/x", "/saml/other/acs",
        "/saml/taken/login", "/api/saml?tenant=1"}) {
    EXPECT_EQ(at(std::string("https://gate.example.com") + path).code, 1) << path;
  }
  EXPECT_EQ(at("https://GATE.example.com:443/saml").code, 1) << "the same origin, never answered";
  EXPECT_NE(at("https://gate.example.com/logout").err.find("which doorward answers itself"),
            std::string::npos);
  EXPECT_EQ(ask({"connection", "list"}).size(), 0U);
  EXPECT_EQ(at("https://gate.example.com/saml/taken/acs").code, 0);
  ask({"connection", "delete", "taken"});
  EXPECT_EQ(connect({"--acs-url", "https://gate.example.com/login-by-saml"})["id"], "acme-generic");
}

TEST_F(Connections, RefuseWhatIsNotWhole) {
  set_up_acme();
  EXPECT_EQ(type({"connection", "create", "--org", "acme", "--preset", "generic"}).code, 2);
  EXPECT_EQ(
      type({"connection", "create", "--org", "acme", "--preset", "nobody", "--metadata", "-"}).code,
      2);
  EXPECT_EQ(type({"connection", "create", "--org", "none", "--preset", "okta", "--metadata", "-"},
                 metadata("x", "idp"))
                .code,
            1);
  EXPECT_EQ(ask({"connection", "list"}).size(), 0U);
}

TEST_F(Connections, ChangeTheirSettingsWithinTheirBounds) {
  set_up_acme();
  connect();
  const auto set =
      ask({"connection", "set", "acme-generic", "--clock-skew", "90s", "--audience", "urn:a",
           "--audience", "urn:b", "--sign-requests", "on", "--binding", "post", "--allowed-domain",
           "acme.com", "--allow-sha1-until", "2026-05-30"});
  EXPECT_EQ(set["clock_skew"], "90s");
  EXPECT_EQ(set["audiences"], base::Json({"urn:a", "urn:b"}));
  EXPECT_EQ(set["sign_requests"], true);
  EXPECT_EQ(set["binding"], "post");
  EXPECT_EQ(set["allowed_domains"], base::Json({"acme.com"}));
  EXPECT_EQ(set["allow_sha1_until"], "2026-05-30T00:00:00Z");
  const auto change = [this](const std::string& option, const std::string& value) {
    return type({"connection", "set", "acme-generic", option, value});
  };
  EXPECT_EQ(type({"connection", "set", "acme-generic"}).code, 2);
  EXPECT_EQ(change("--clock-skew", "181s").code, 1);
  EXPECT_EQ(change("--allow-sha1-until", "2026-05-31").code, 1);
  EXPECT_EQ(change("--allow-sha1-until", "2026-02-28").code, 1);
  EXPECT_EQ(change("--unsolicited", "convert").code, 1);
  EXPECT_EQ(change("--unsolicited", "allow").code, 1);
  EXPECT_EQ(change("--unsolicited", "refuse").code, 0);
  EXPECT_EQ(change("--audience", "none").code, 0);
  const auto shown = ask({"connection", "show", "acme-generic"});
  EXPECT_EQ(shown["audiences"], base::Json::array());
  EXPECT_EQ(shown["clock_skew"], "90s");
}

TEST_F(Connections, ReadTheirMetadataAgainAndDropWhatItNoLongerHas) {
  set_up_acme();
  connect();
  write("next.xml", metadata(kIdpEntity, "next"));
  write("other.xml", metadata("https://other.example", "next"));
  const auto set = ask({"connection", "set", "acme-generic", "--metadata", path("next.xml")});
  ASSERT_EQ(set["certificates"].size(), 1U);
  EXPECT_EQ(set["certificates"][0]["sha256"], sha256_of("next"));
  EXPECT_EQ(type({"connection", "set", "acme-generic", "--metadata", path("other.xml")}).code, 1);
}

TEST_F(Connections, ReadTheirOwnEntryOfAnAggregateAgain) {
  set_up_acme();
  connect();
  write("federation.xml", "<EntitiesDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\">" +
                              metadata("https://other.example", "idp") +
                              metadata(kIdpEntity, "next") + "</EntitiesDescriptor>");
  const auto set = ask({"connection", "set", "acme-generic", "--metadata", path("federation.xml")});
  ASSERT_EQ(set["certificates"].size(), 1U);
  EXPECT_EQ(set["certificates"][0]["sha256"], sha256_of("next"));
  EXPECT_EQ(type({"connection", "set", "acme-generic", "--metadata", path("federation.xml"),
                  "--entity-id", "https://other.example"})
                .code,
            1);
}

TEST_F(Connections, DistrustACertificate) {
  set_up_acme();
  connect({"--idp-certificate", certificate("next")});
  EXPECT_EQ(type({"connection", "set", "acme-generic", "--distrust", "00ff"}).code, 1);
  const auto set = ask({"connection", "set", "acme-generic", "--distrust", sha256_of("idp")});
  ASSERT_EQ(set["certificates"].size(), 1U);
  EXPECT_EQ(set["certificates"][0]["sha256"], sha256_of("next"));
  EXPECT_EQ(actions().back(), "connection.certificate_distrusted");
}

TEST_F(Connections, AreSwitchedOffAndDeletedForGood) {
  set_up_acme();
  connect();
  EXPECT_EQ(ask({"connection", "disable", "acme-generic"})["enabled"], false);
  EXPECT_EQ(ask({"connection", "enable", "acme-generic"})["enabled"], true);
  EXPECT_EQ(ask({"connection", "delete", "acme-generic"})["deleted"], true);
  EXPECT_EQ(type({"connection", "show", "acme-generic"}).code, 1);
  const auto names = actions();
  EXPECT_EQ((Strings{names.end() - 3, names.end()}),
            (Strings{"connection.disabled", "connection.enabled", "connection.deleted"}));
}

TEST_F(Connections, SayWhatIsNotBuiltYet) {
  for (const auto* command : {"test", "refresh"}) {
    const auto said = type({"connection", command, "acme-generic"});
    EXPECT_EQ(said.code, 1);
    EXPECT_NE(said.err.find("not built yet"), std::string::npos);
  }
}

TEST_F(Connections, RotateAndImportKeys) {
  set_up_acme();
  connect();
  ask({"key", "rotate", "--connection", "acme-generic"});
  const auto imported =
      ask({"key", "import", "--connection", "acme-generic", "--use", "signing", "--key",
           tests::source_path("tests/vectors/keys/idp.key"), "--certificate", certificate("idp")});
  EXPECT_EQ(imported["sha256"], sha256_of("idp"));
  const auto keys = ask({"key", "list"});
  ASSERT_EQ(keys.size(), 3U);
  int active = 0;
  for (const auto& key : keys) active += key["active"] == true ? 1 : 0;
  EXPECT_EQ(active, 1);
  EXPECT_EQ(
      type({"key", "import", "--connection", "acme-generic", "--use", "signing", "--key",
            tests::source_path("tests/vectors/keys/idp.key"), "--certificate", certificate("next")})
          .code,
      1);
  EXPECT_EQ(type({"key", "import", "--connection", "acme-generic", "--use", "encryption", "--key",
                  tests::source_path("tests/vectors/keys/idp.key")})
                .code,
            1);
  const auto names = actions();
  EXPECT_EQ((Strings{names.end() - 2, names.end()}), (Strings{"key.rotated", "key.imported"}));
}

class Inspect : public Terminal {
 protected:
  // The message of a vector, below its headers.
  static std::string message(const std::string& name) {
    const auto text = tests::read_file(tests::source_path("tests/vectors/saml/" + name + ".vec"));
    return text.substr(text.find("\n\n") + 2);
  }
};

TEST_F(Inspect, JudgesAsTheAcsWouldAndWritesNothing) {
  set_up_acme();
  connect({"--id", "plain"});
  write("message.xml", message("accept/assertion_signed"));
  const Strings inspect = {"inspect", path("message.xml"),    "--connection",     "plain",
                           "--at",    "2026-03-01T12:00:00Z", "--in-response-to", "_request"};
  const auto before = actions();
  const auto accepted = ask(inspect);
  EXPECT_EQ(accepted["verdict"], "accept");
  EXPECT_EQ(accepted["reject"], nullptr);
  EXPECT_EQ(accepted["name_id"], "ada@example.com");
  EXPECT_GT(accepted["checks"].size(), 5U);
  for (const auto& check : accepted["checks"]) EXPECT_NE(check["pass"], false) << check["name"];
  EXPECT_EQ(actions(), before);

  auto late = inspect;
  late[5] = "2026-03-02T12:00:00Z";
  late.emplace_back("--json");
  const auto rejected = type(late);
  EXPECT_EQ(rejected.code, 1);
  EXPECT_EQ(rejected.json()["verdict"], "reject");
  EXPECT_TRUE(rejected.json()["reject"].is_string());
}

TEST_F(Inspect, ReadsStandardInputAndTellsWrongUse) {
  set_up_acme();
  connect({"--id", "plain"});
  const auto said = type({"inspect", "-", "--connection", "plain"}, "rubbish");
  EXPECT_EQ(said.code, 1);
  EXPECT_NE(said.out.find("reject"), std::string::npos);
  EXPECT_EQ(type({"inspect", "-", "--connection", "none"}).code, 2);
  EXPECT_EQ(type({"inspect", path("none"), "--connection", "plain"}).code, 2);
  EXPECT_EQ(type({"inspect", "-", "--connection", "plain", "--at", "noon"}).code, 2);
}

}  // namespace
}  // namespace doorward::app
