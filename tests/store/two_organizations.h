#pragma once

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/encoding.h"
#include "certs/digest.h"
#include "store/store.h"
#include "tests/support/world.h"

// Values and folders for tests of the store.
namespace doorward::tests {

// A folder of its own that goes with it.
class TempFolder {
 public:
  TempFolder() {
    static std::atomic<int> number{0};
    path_ = std::filesystem::temp_directory_path() /
            ("doorward-store-" + std::to_string(::getpid()) + "-" + std::to_string(++number));
    std::filesystem::create_directories(path_);
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  [[nodiscard]] std::string file(const std::string& name = "store.db") const {
    return (path_ / name).string();
  }

 private:
  std::filesystem::path path_;
};

inline const base::Instant kNow = at("2026-05-01T12:00:00Z");
inline const base::OrgId kAcme{"01HACME0000000000000000000"};
inline const base::OrgId kTwin{"01HTWIN0000000000000000000"};
inline const base::MemberId kAda{"01HADA00000000000000000000"};
inline const base::MemberId kBob{"01HB0B00000000000000000000"};
inline const base::MemberId kCleo{"01HCLE0000000000000000000"};  // invited, never came
inline const base::ConnectionId kAcmeOkta{"acme-okta"};
inline const base::ConnectionId kTwinOkta{"twin-okta"};

inline constexpr std::string_view kCertificate = R"(-----BEGIN CERTIFICATE-----
MIIBgTCCASegAwIBAgIUZroxrtlVQKN+HePIl0Z8t+96IqIwCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLaWRwLmV4YW1wbGUwHhcNMjYxMTI0MTgwMzA3WhcNNDYxMTE5
MTgwMzA3WjAWMRQwEgYDVQQDDAtpZHAuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABFiFVEXHeBUomAb4vgh5mX7dZcQKuRyglu4Gw0C+dHh6lZPcNVPE
4T3CmpTAYT7DrLo/VCB5iadcczXxzJlArXGjUzBRMB0GA1UdDgQWBBQKL1qu43Aa
s20XlbYW5AYoYxLJnjAfBgNVHSMEGDAWgBQKL1qu43Aas20XlbYW5AYoYxLJnjAP
BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIEXbyK91iOcEPtTKl4kI
3nrV0Nx/UA0Z7R7Bjgkf1GJJAiEA+IPwZeoCh0SQTpt1BCcgUONe0gUlCNHcJxZh
IW+NQ3s=
-----END CERTIFICATE-----
)";

[[nodiscard]] inline std::string hash(std::string_view text) {
  return certs::sha256(text);
}

[[nodiscard]] inline jit::Organization organization(const base::OrgId& id) {
  jit::Organization made;
  made.id = id;
  made.slug = id == kAcme ? "acme" : "twin";
  made.name = "Acme";
  made.created_at = kNow;
  return made;
}

[[nodiscard]] inline audit::Event event(const base::OrgId& org, std::string action) {
  audit::Event made;
  made.time = kNow;
  made.org = org;
  made.actor = "operator";
  made.via = "cli";
  made.action = std::move(action);
  made.after = {{"seats", 3}, {"name", "Zoë"}};
  return made;
}

[[nodiscard]] inline sp::ConnectionSettings connection(const base::OrgId& org,
                                                       const base::ConnectionId& id) {
  sp::ConnectionSettings made;
  made.id = id;
  made.org = org;
  made.preset = "okta";
  made.idp_entity_id = "https://idp.example/acme";
  made.idp_sso_url = "https://idp.example/sso";
  made.idp_sso_binding = sp::Binding::post;
  made.idp_certificates = {certs::Certificate::parse_pem(kCertificate).value()};
  made.sp_entity_id = "https://sso.example/saml/" + id.str() + "/metadata";
  made.acs_url = "https://sso.example/saml/" + id.str() + "/acs";
  made.extra_audiences = {"urn:old", "urn:older"};
  made.sign_requests = true;
  made.clock_skew = std::chrono::seconds(90);
  made.sha1_until = kNow + std::chrono::hours(24);
  made.unsolicited = sp::Unsolicited::convert;
  made.allowed_domains = {"acme.com"};
  made.created_at = kNow;
  return made;
}

[[nodiscard]] inline jit::Domain domain(const base::OrgId& org, jit::DomainState state,
                                        std::vector<base::ConnectionId> connections) {
  jit::Domain made;
  made.name = "acme.com";
  made.org = org;
  made.state = state;
  made.txt_value = "doorward-verify=abc";
  made.operator_vouched = state == jit::DomainState::verified;
  made.state_at = kNow;
  made.connections = std::move(connections);
  made.created_at = kNow;
  if (state == jit::DomainState::verified) made.verified_at = kNow;
  return made;
}

[[nodiscard]] inline sp::SubjectKey subject(const base::ConnectionId& connection,
                                            std::string name_id) {
  return {connection,
          "https://idp.example/acme",
          "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
          "",
          "",
          std::move(name_id)};
}

[[nodiscard]] inline jit::MemberChange change(const base::MemberId& member) {
  jit::MemberChange made;
  made.member = member;
  made.at = kNow;
  return made;
}

// An active member with a trusted address, the lowest role and one identity.
[[nodiscard]] inline jit::MemberChange newcomer(const base::MemberId& member,
                                                const base::ConnectionId& connection,
                                                const std::string& name) {
  jit::MemberChange made = change(member);
  made.create = true;
  made.status = jit::MemberStatus::active;
  made.managed_by = jit::ManagedBy::jit;
  made.email = sp::Email{name + "@acme.com", sp::EmailTrust::trusted};
  made.first_name = name;
  made.last_name = "Lovelace";
  made.display_name = name + " Lovelace";
  made.last_login_at = kNow;
  made.add_grants = {{jit::GrantSource::default_, "viewer", "", "", kNow, std::nullopt}};
  made.link =
      jit::IdentityRecord{subject(connection, "00u-" + name), "alt-" + name, member, kNow, kNow};
  return made;
}

[[nodiscard]] inline session::SessionRecord session_of(const base::OrgId& org,
                                                       const base::MemberId& member,
                                                       const base::ConnectionId& connection,
                                                       std::string_view cookie) {
  session::SessionRecord made;
  made.hash = hash(cookie);
  made.org = org;
  made.member = member;
  made.connection = connection;
  made.key_fingerprint = "aa11";
  made.name_id = "00u-ada";
  made.session_index = "_s1";
  made.authenticated_at = kNow;
  made.last_seen_at = kNow;
  made.expires_at = kNow + std::chrono::hours(24);
  made.idle = std::chrono::hours(8);
  return made;
}

[[nodiscard]] inline session::SessionRecord child_of(const session::SessionRecord& parent,
                                                     std::string_view cookie) {
  session::SessionRecord made = parent;
  made.parent = parent.hash;
  made.hash = hash(cookie);
  made.app = base::AppId("demo");
  return made;
}

[[nodiscard]] inline session::AppCode code_for(const session::SessionRecord& parent,
                                               std::string_view code) {
  session::AppCode made;
  made.hash = hash(code);
  made.app = base::AppId("demo");
  made.state_hash = hash("state");
  made.bind = "bind";
  made.parent = parent.hash;
  made.org = parent.org;
  made.expires_at = kNow + session::kCodeLife;
  return made;
}

[[nodiscard]] inline store::KeyRecord key_of(const base::OrgId& org,
                                             const base::ConnectionId& connection) {
  store::KeyRecord made;
  made.id = "01HKEY00000000000000000000";
  made.org = org;
  made.connection = connection;
  made.sealed_pem = "sealed";
  made.certificate = std::string(kCertificate);
  made.created_at = kNow;
  return made;
}

// A PENDING member, as an invitation makes one.
[[nodiscard]] inline jit::MemberChange invited(const base::MemberId& member,
                                               const std::string& name) {
  jit::MemberChange made = change(member);
  made.create = true;
  made.status = jit::MemberStatus::pending;
  made.managed_by = jit::ManagedBy::jit;
  made.email = sp::Email{name + "@acme.com", sp::EmailTrust::claimed};
  return made;
}

[[nodiscard]] inline jit::Invitation invitation_for(const base::OrgId& org,
                                                    const base::MemberId& member,
                                                    std::string_view token,
                                                    std::string id = "01HINV1TAT10N0000000000000") {
  jit::Invitation made;
  made.id = std::move(id);
  made.org = org;
  made.member = member;
  made.email = "cleo@acme.com";
  made.role = "editor";
  made.inviter = "operator";
  made.token_hash = hash(token);
  made.created_at = kNow;
  made.expires_at = kNow + jit::kInvitationLife;
  return made;
}

[[nodiscard]] inline jit::AccessRequest request_of(const base::OrgId& org,
                                                   const base::ConnectionId& connection,
                                                   const std::string& name_id,
                                                   std::string id = "01HREQ0000000000000000000") {
  jit::AccessRequest made;
  made.id = std::move(id);
  made.org = org;
  made.subject = subject(connection, name_id);
  made.alt_subject = "alt-dan";
  made.email = sp::Email{"dan@acme.com", sp::EmailTrust::trusted};
  made.display_name = "Dan";
  made.rule = "L15";
  made.created_at = kNow;
  made.last_seen_at = kNow;
  return made;
}

// Fills an organisation with a row of every kind. The twin's rows look like Acme's wherever the
// installation allows it: the same member ids, addresses, subjects, key and consumed ids.
inline void furnish(store::Store& store, const base::OrgId& org,
                    const base::ConnectionId& connection_id) {
  const std::string prefix = org == kAcme ? "" : "twin-";
  (void)store.create_organization(organization(org), event(org, "org.created"));
  (void)store.write(org, [&](store::Tx& tx) {
    (void)tx.put_connection(connection(org, connection_id));
    (void)tx.put_domain(
        domain(org, org == kAcme ? jit::DomainState::verified : jit::DomainState::unverified,
               {connection_id}));
    tx.put_key(key_of(org, connection_id));
    tx.apply(newcomer(kAda, connection_id, "ada"));
    tx.apply(newcomer(kBob, connection_id, "bob"));
    const auto parent = session_of(org, kAda, connection_id, prefix + "ada");
    tx.put_session(parent);
    tx.put_session(child_of(parent, prefix + "ada-demo"));
    tx.put_session(session_of(org, kBob, connection_id, prefix + "bob"));
    tx.put_code(code_for(parent, prefix + "code"));
    (void)tx.consume_once(connection_id, store::OnceKind::assertion, "_a1",
                          kNow + std::chrono::hours(1));
    tx.apply(invited(kCleo, "cleo"));
    tx.put_invitation(invitation_for(org, kCleo, prefix + "token"));
    (void)tx.open_request(request_of(org, connection_id, "00u-dan"));
    tx.append_audit(event(org, "member.created"));
    return store::Verdict::commit;
  });
}

// All that is to be seen of the twin, as text; what a case did to Acme must not show here.
[[nodiscard]] inline std::string portrait_of_twin(store::Store& store) {
  std::string text;
  const auto add = [&text](const auto&... parts) { ((text += std::string(parts) + "|"), ...); };
  (void)store.read(kTwin, [&](store::Tx& tx) {
    const auto own = tx.organization();
    add(own ? own->slug + own->name : "none", own && own->enabled ? "on" : "off");
    for (const auto& member : tx.list_members()) {
      add(member.id.str(), jit::name_of(member.status), member.email ? member.email->address : "",
          member.display_name, std::to_string(member.authz_epoch),
          std::to_string(member.grants.size()));
      for (const auto& identity : tx.identities_of(member.id)) {
        add(identity.subject.connection.str(), identity.subject.name_id, identity.alt_subject);
      }
    }
    for (const auto& found : tx.list_connections()) {
      add(found.id.str(), found.enabled ? "on" : "off", found.acs_url);
    }
    for (const auto& found : tx.list_domains()) {
      add(found.name, std::to_string(found.connections.size()));
    }
    for (const auto& found : tx.list_keys()) add(found.id, found.sealed_pem);
    for (const auto& record : tx.audit_records(0, 1000)) {
      add(record.event.action, base::hex_encode(record.hash));
    }
    for (const auto& found : tx.list_invitations()) {
      add(found.id, found.email, found.role, base::hex_encode(found.token_hash));
    }
    for (const auto& found : tx.list_requests()) {
      add(found.id, jit::name_of(found.kind), jit::name_of(found.state), found.subject.name_id,
          base::format_instant(found.last_seen_at));
    }
    for (const auto* cookie : {"twin-ada", "twin-ada-demo", "twin-bob"}) {
      add(tx.find_session(hash(cookie)) ? cookie : "ended");
    }
  });
  return text;
}

}  // namespace doorward::tests
