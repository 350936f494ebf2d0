#include "tests/bench/installation.h"

#include <chrono>
#include <filesystem>

#include "base/encoding.h"
#include "certs/digest.h"
#include "demo/idp_vendors.h"
#include "session/session.h"
#include "tests/bench/load.h"
#include "tests/bench/report.h"

namespace doorward::bench {
namespace {

constexpr auto kYear = std::chrono::hours(24 * 365);
constexpr std::size_t kStep = 2'000;  // members a transaction

// Ids and cookies of members are made of their numbers, so that a later run knows them again.
std::string number_id(std::size_t number) {
  std::string digits = std::to_string(number);
  return "01KD00RWARD" + std::string(15 - digits.size(), '0') + digits;
}

std::string cookie_of(const std::string& what, std::size_t number) {
  return base::base64url_encode(certs::sha256(what + std::to_string(number)));
}

std::string address_of(std::size_t number) {
  return "person" + std::to_string(number) + "@acme.example";
}

std::string data_key_in(const std::string& folder, base::Rng& rng) {
  const std::string path = folder + "/data.key";
  if (!std::filesystem::exists(path)) write_file(path, certs::DataKey::generate(rng), 0600);
  return read_file(path);
}

demo::SigningKey make_idp_key(base::Rng& rng) {
  auto key = certs::PrivateKey::generate_rsa(2048);
  auto certificate =
      certs::make_self_signed(key, "idp", now() - std::chrono::hours(1), now() + kYear, rng);
  return {std::move(key), std::move(certificate)};
}

session::SessionRecord sign_in_record(const Installation& installation, std::size_t member) {
  session::SessionRecord record;
  record.hash = session::hash_of(sign_in_cookie(member));
  record.org = installation.organization.id;
  record.member = base::MemberId(number_id(member));
  record.connection = installation.connection.id;
  record.key_fingerprint = std::string(64, '0');
  record.name_id = address_of(member);
  record.session_index = "_session";
  record.authenticated_at = now();
  record.last_seen_at = now();
  record.idle = 10 * kYear;
  record.expires_at = now() + record.idle;
  return record;
}

jit::MemberChange newcomer(const Installation& installation, std::size_t number) {
  jit::MemberChange change;
  change.member = base::MemberId(number_id(number));
  change.create = true;
  change.at = now();
  change.status = jit::MemberStatus::active;
  change.managed_by = jit::ManagedBy::jit;
  change.email = sp::Email{address_of(number), sp::EmailTrust::trusted};
  change.first_name = "Person";
  change.last_name = "Number " + std::to_string(number);
  change.display_name = "Person Number " + std::to_string(number);
  change.last_login_at = change.at;
  jit::Grant grant;
  grant.role = "viewer";
  grant.at = change.at;
  change.add_grants.push_back(std::move(grant));
  jit::IdentityRecord link;
  link.subject = {installation.connection.id,
                  Installation::kIdp,
                  "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
                  "",
                  "",
                  address_of(number)};
  link.alt_subject = "object-" + std::to_string(number);
  link.member = change.member;
  link.linked_at = change.at;
  link.last_used_at = change.at;
  change.link = std::move(link);
  return change;
}

}  // namespace

base::Instant now() {
  return std::chrono::time_point_cast<base::Duration>(std::chrono::system_clock::now());
}

void give_up_at(const char* what) {
  give_up(std::string("failed: ") + what);
}

Installation::Installation(std::string folder_in)
    : folder(std::move(folder_in)),
      port(free_port()),
      admin_port(free_port()),
      idp_key(make_idp_key(rng)),
      data_key_(certs::DataKey::parse(data_key_in(folder, rng)).value()) {
  write_file(
      folder + "/doorward.toml",
      "public_url = \"" + std::string(kSso) + "\"\nlisten = \"127.0.0.1:" + std::to_string(port) +
          "\"\nadmin_listen = \"127.0.0.1:" + std::to_string(admin_port) +
          "\"\n[store]\nurl = \"sqlite:" + folder + "/doorward.db\"\n[keys]\ndata_key_file = \"" +
          folder + "/data.key\"\n[apps.demo]\nurl = \"" + kApp + "\"\norgs = [\"acme\"]\n");
  auto store = open_store();
  auto configuration = must(store->load_configuration(), "reading the store");
  if (configuration.organizations.empty()) {
    create();
  } else {
    organization = std::move(configuration.organizations.front());
    connection = std::move(configuration.connections.front());
  }
}

std::unique_ptr<store::Store> Installation::open_store() {
  return must(
      store::open_sqlite({.path = folder + "/doorward.db", .data_key_id = data_key_.id()}, log),
      "opening the store");
}

void Installation::create() {
  auto store = open_store();
  organization = {.id = base::OrgId(base::make_ulid(now(), rng)),
                  .slug = "acme",
                  .name = "Acme Inc.",
                  .policy = {},
                  .created_at = now()};
  audit::Event event;
  event.time = now();
  event.org = organization.id;
  event.actor = "operator";
  event.via = "cli";
  event.action = "org.created";
  event.target = "acme";
  must(must(store->create_organization(organization, event), "writing"), "making an organisation");

  const std::string base_url = std::string(kSso) + "/saml/acme-entra";
  connection.id = base::ConnectionId("acme-entra");
  connection.org = organization.id;
  connection.preset = "entra";
  connection.idp_entity_id = kIdp;
  connection.idp_sso_url = std::string(kIdp) + "/sso";
  connection.idp_certificates = {idp_key.certificate};
  connection.sp_entity_id = base_url + "/metadata";
  connection.acs_url = base_url + "/acs";
  connection.created_at = now();
  jit::Domain domain;
  domain.name = "acme.example";
  domain.org = organization.id;
  domain.state = jit::DomainState::verified;
  domain.txt_value = "doorward-verify=bench";
  domain.operator_vouched = true;
  domain.connections = {connection.id};
  domain.created_at = now();
  domain.verified_at = now();
  auto written = store->write(organization.id, [&](store::Tx& tx) {
    const bool made = tx.put_connection(connection) && tx.put_domain(domain);
    return made ? store::Verdict::commit : store::Verdict::rollback;
  });
  must(std::move(written), "making a connection");
}

std::unique_ptr<Child> Installation::serve() {
  auto server =
      std::make_unique<Child>(std::vector<std::string>{DOORWARD_BINARY_DIR "/doorward", "--config",
                                                       folder + "/doorward.toml", "serve"},
                              folder + "/gateway.log");
  await(*server, "doorward", [this] { return status_of(ask(admin_port, ready_request())) == 200; });
  return server;
}

std::string Installation::ready_request() const {
  return "GET /readyz HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(admin_port) +
         "\r\nConnection: close\r\n\r\n";
}

std::string Installation::respond(const std::string& sp_entity_id, const std::string& acs_url,
                                  const std::string& request_id, std::size_t person) {
  const std::string number = std::to_string(person);
  demo::Person who{
      address_of(person), "Person", "Number " + number, "object-" + number, {"everyone"}};
  // What an ordinary Entra message lacks to 8 KB, in the shape of its group ids.
  for (int i = 0; i < 38; ++i) {
    who.groups.push_back("c1a7be3e-5d20-4a6e-9f3b-8d2f6c4e" + std::to_string(1000 + i));
  }
  auto spec = demo::entra_spec({sp_entity_id, acs_url, request_id}, who, now(), rng);
  spec.issuer = kIdp;
  spec.response_issuer = kIdp;
  spec.key = idp_key;
  spec.attributes.pop_back();  // the address again; the other nine stay
  return demo::build_response(spec);
}

std::unique_ptr<Installation> big_installation(std::size_t members) {
  const std::string folder = kept_folder("members-" + std::to_string(members));
  const std::string complete = folder + "/complete";
  const bool made = std::filesystem::exists(complete);
  if (!made) {
    remove_folder(folder);
    std::filesystem::create_directories(folder);
  }
  auto installation = std::make_unique<Installation>(folder);
  if (!made) {
    add_members(*installation, *installation->open_store(), 0, members);
    write_file(complete, "");
  }
  return installation;
}

void add_members(Installation& installation, store::Store& store, std::size_t first,
                 std::size_t last) {
  for (std::size_t begin = first; begin < last; begin += kStep) {
    const std::size_t end = std::min(begin + kStep, last);
    auto written = store.write(installation.organization.id, [&](store::Tx& tx) {
      for (std::size_t i = begin; i < end; ++i) {
        tx.apply(newcomer(installation, i));
        if (!tx.put_session(sign_in_record(installation, i))) return store::Verdict::rollback;
      }
      return store::Verdict::commit;
    });
    must(std::move(written), "adding members");
  }
}

std::string sign_in_cookie(std::size_t member) {
  return cookie_of("sign-in", member);
}

std::string add_app_session(Installation& installation, store::Tx& tx, std::size_t member,
                            std::size_t number) {
  std::string cookie = cookie_of("app" + std::to_string(number) + "-", member);
  auto record = sign_in_record(installation, member);
  record.parent = record.hash;
  record.hash = session::hash_of(cookie);
  record.app = base::AppId("demo");
  if (!tx.find_session(record.hash) && !tx.put_session(record)) give_up("no sign-in session");
  return cookie;
}

}  // namespace doorward::bench
