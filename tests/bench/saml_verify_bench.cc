// What all checks of a Response cost beside the bare work: base64, parse, one xmlsec verification
// with a key at hand, free. Both in turns, so that neither has the better minute.
//
//   bench_saml_verify                 the lines of tests/bench/saml_verify that need no peer
//   bench_saml_verify --message FILE  writes the message, its certificate and our names as JSON
//   bench_saml_verify --only WHICH N  N times `ours` or `bare`, for a profiler
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/valid.h>
#include <xmlsec/keys.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmltree.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/encoding.h"
#include "base/json.h"
#include "certs/public_key.h"
#include "demo/idp_message.h"
#include "sp/identity.h"
#include "sp/verify.h"
#include "tests/sp/fixture.h"
#include "xml/document.h"

namespace doorward {
namespace {

constexpr double kTarget = 0.85;
constexpr int kRounds = 301;
constexpr int kEach = 25;  // messages of a turn: short, so that both meet the same disturbances

constexpr std::string_view kBenchIdp = "https://idp.bench.example/saml2/idp/metadata.php";
constexpr std::string_view kBenchSp = "https://gate.bench.example/saml/k3j9x2m4/metadata";
constexpr std::string_view kBenchAcs = "https://gate.bench.example/saml/k3j9x2m4/acs";
constexpr std::string_view kBenchRequest = "_5f2c1d7e9ab04c6e8b1f3a2d4c6e8f0a1b2c3d4e";

void ensure(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "bench_saml_verify: %s\n", what);
  std::exit(1);
}

base::Instant now() {
  return base::Instant(std::chrono::duration_cast<base::Duration>(
      std::chrono::system_clock::now().time_since_epoch()));
}

struct World {
  demo::SigningKey key;
  sp::Connection connection;
  sp::PendingRequest request;
  sp::Preset preset;
  std::set<std::string> domains{"bench.example"};
  base::Instant at;
  std::string xml;
  std::string form_value;
  xmlSecKeyPtr bare_key = nullptr;  // lives as long as the program
};

// As an identity provider of a middling company writes it: nine attributes, typed, with their
// formats and friendly names, six groups among them, and the certificate beside the signature.
demo::ResponseSpec make_spec(const demo::SigningKey& key, base::Instant at) {
  constexpr auto kUri = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri";
  demo::ResponseSpec spec;
  spec.response_id = "_d71a3a8e9fcc45c9e9d248ef7049393fc8f04e5f75";
  spec.assertion_id = "_e8dca3f0a4f1b7c54c0e9a5f1a6b3d2c1e0f9a8b7c";
  spec.issuer = spec.response_issuer = kBenchIdp;
  spec.destination = spec.recipient = kBenchAcs;
  spec.audiences = {std::string(kBenchSp)};
  spec.answer(std::string(kBenchRequest));
  spec.name_id = "G-7c9e6679-7425-40de-944b-e07fc1f90ae7";
  spec.name_id_format = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
  spec.name_qualifier = kBenchIdp;
  spec.sp_name_qualifier = kBenchSp;
  spec.issue_instant = at;
  spec.authn_instant = at - std::chrono::minutes(10);
  spec.not_before = at - std::chrono::minutes(5);
  spec.not_on_or_after = at + std::chrono::hours(1);
  spec.confirmation_not_on_or_after = at + std::chrono::hours(1);
  spec.session_not_on_or_after = at + std::chrono::hours(8);
  spec.session_index = "_be9967abd904ddcae3c0eb4189adbe3f71e327cf93";
  spec.typed_values = true;
  std::vector<std::string> groups;
  for (const char* name : {"engineering", "platform", "on-call", "vpn", "wiki", "berlin"}) {
    groups.push_back(std::string("cn=") + name + ",ou=groups,dc=bench,dc=example");
  }
  spec.attributes = {
      {"urn:oid:0.9.2342.19200300.100.1.3", {"ada.lovelace@bench.example"}, kUri, "mail"},
      {"urn:oid:2.5.4.42", {"Ada"}, kUri, "givenName"},
      {"urn:oid:2.5.4.4", {"Lovelace"}, kUri, "sn"},
      {"urn:oid:2.16.840.1.113730.3.1.241", {"Ada Lovelace"}, kUri, "displayName"},
      {"urn:oid:0.9.2342.19200300.100.1.1", {"ada.lovelace"}, kUri, "uid"},
      {"urn:oid:2.16.840.1.113730.3.1.3", {"100842"}, kUri, "employeeNumber"},
      {"urn:oid:2.5.4.11", {"Analytical Engines & Research"}, kUri, "ou"},
      {"urn:oid:2.5.4.20", {"+49 30 1234567"}, kUri, "telephoneNumber"},
      {"urn:oid:1.3.6.1.4.1.5923.1.5.1.1", groups, kUri, "isMemberOf"},
  };
  spec.key = key;
  return spec;
}

World make_world() {
  const auto at = now();
  const auto key = tests::signing_key("idp");
  sp::ConnectionSettings settings;
  settings.id = base::ConnectionId("bench");
  settings.idp_entity_id = kBenchIdp;
  settings.sp_entity_id = kBenchSp;
  settings.acs_url = kBenchAcs;
  settings.idp_certificates = {key.certificate};
  sp::PendingRequest request;
  request.id = kBenchRequest;
  request.connection = settings.id;
  request.issued_at = at - std::chrono::seconds(20);
  sp::Preset preset;
  preset.email = {"email", "mail"};
  preset.first_name = {"firstName", "givenName"};
  preset.last_name = {"lastName", "sn"};
  preset.display_name = {"displayName"};
  preset.groups = {"groups", "isMemberOf"};
  preset.alt_subject = {"employeeNumber"};
  World world{.key = key,
              .connection = {settings, certs::TrustedKeys(settings.idp_certificates)},
              .request = request,
              .preset = preset,
              .at = at,
              .xml = demo::build_response(make_spec(key, at)),
              .form_value = {}};
  world.form_value = base::base64_encode(world.xml);
  xml::init();
  world.bare_key = xmlSecKeyCreate();
  xmlSecKeySetValue(world.bare_key,
                    xmlSecOpenSSLEvpKeyAdopt(certs::retain(key.certificate.key().native())));
  return world;
}

// The whole path of the assertion consumer service up to the membership rules.
void ours(const World& world) {
  auto response = sp::parse_response(world.form_value);
  ensure(response.has_value(), "our parser refuses the message");
  auto assertion = sp::verify(std::move(*response), world.connection, &world.request, world.at);
  ensure(assertion.has_value(), "we refuse the message");
  auto identity =
      sp::identify(*assertion, world.connection.settings.id, world.preset, world.domains);
  ensure(identity.email() && identity.email()->trust == sp::EmailTrust::trusted &&
             identity.groups().size() == 6,
         "the identity is not what the message says");
}

// What nobody can leave out, and nothing else: no check, nothing read.
void bare(const World& world) {
  auto bytes = base::base64_decode(world.form_value);
  ensure(bytes.has_value(), "base64");
  xmlDocPtr doc = xmlReadMemory(bytes->data(), static_cast<int>(bytes->size()), nullptr, nullptr,
                                XML_PARSE_NONET | XML_PARSE_COMPACT);
  ensure(doc != nullptr, "libxml2 refuses the message");
  xmlNodePtr assertion = xmlSecFindChild(xmlDocGetRootElement(doc), BAD_CAST "Assertion",
                                         BAD_CAST "urn:oasis:names:tc:SAML:2.0:assertion");
  xmlAttrPtr id = xmlHasProp(assertion, BAD_CAST "ID");
  xmlAddID(nullptr, doc, id->children->content, id);
  xmlSecDSigCtx context;
  ensure(xmlSecDSigCtxInitialize(&context, nullptr) == 0, "xmlsec");
  context.flags |= XMLSEC_DSIG_FLAGS_USE_VISA3D_HACK;  // the quicker of its two ways to an ID
  context.signKey = xmlSecKeyDuplicate(world.bare_key);
  xmlNodePtr signature = xmlSecFindChild(assertion, xmlSecNodeSignature, xmlSecDSigNs);
  ensure(
      xmlSecDSigCtxVerify(&context, signature) == 0 && context.status == xmlSecDSigStatusSucceeded,
      "xmlsec refuses the message");
  xmlSecDSigCtxFinalize(&context);
  xmlFreeDoc(doc);
}

using Way = void (*)(const World&);

double seconds(const World& world, Way way, int times) {
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < times; ++i) way(world);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + std::ssize(values) / 2);
  return values[values.size() / 2];
}

int compare(const World& world) {
  seconds(world, bare, kEach);
  seconds(world, ours, kEach);
  std::vector<double> floor;
  std::vector<double> whole;
  std::vector<double> ratio;
  for (int i = 0; i < kRounds; ++i) {
    floor.push_back(seconds(world, bare, kEach) / kEach);
    whole.push_back(seconds(world, ours, kEach) / kEach);
    ratio.push_back(floor.back() / whole.back());
  }
  const double got = median(ratio);
  std::printf("saml_verify  %.0f/s (%.1f us)  bare loop %.0f/s (%.1f us)  %.2f  %.2f  %s\n",
              1 / median(whole), 1e6 * median(whole), 1 / median(floor), 1e6 * median(floor), got,
              kTarget, got >= kTarget ? "ok" : "MISSED");
  return 0;
}

int write_message(const World& world, const char* path) {
  const base::Json message = {
      {"samlResponse", world.form_value}, {"idpCert", world.key.certificate.base64()},
      {"idpIssuer", kBenchIdp},           {"issuer", kBenchSp},
      {"callbackUrl", kBenchAcs},         {"requestId", kBenchRequest},
      {"bytes", world.xml.size()}};
  std::ofstream(path) << base::dump_json(message) << "\n";
  return 0;
}

int run(const std::vector<std::string>& arguments) {
  const World world = make_world();
  if (arguments.empty()) return compare(world);
  if (arguments.size() == 2 && arguments[0] == "--message") {
    return write_message(world, arguments[1].c_str());
  }
  if (arguments.size() == 3 && arguments[0] == "--only") {
    const Way way = arguments[1] == "bare" ? bare : ours;
    const int times = std::atoi(arguments[2].c_str());
    std::printf("%.1f us\n", 1e6 * seconds(world, way, times) / times);
    return 0;
  }
  std::fputs("usage: bench_saml_verify [--message FILE | --only ours|bare N]\n", stderr);
  return 2;
}

}  // namespace
}  // namespace doorward

int main(int argc, char** argv) {
  return doorward::run({argv + 1, argv + argc});
}
