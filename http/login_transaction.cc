#include "http/login_transaction.h"

#include "base/encoding.h"

namespace doorward::http {
namespace {

// What was used up is remembered so much longer than it could be used: a clock that is set back, or
// that was ahead when expired rows were swept, makes nothing usable again.
constexpr base::Duration kClockMargin = std::chrono::hours(24);

base::Json state_of(const std::optional<jit::Member>& member, const jit::Ladder& ladder,
                    base::Instant now) {
  base::Json json = base::Json::object();
  if (!member) return json;
  json["status"] = jit::name_of(member->status);
  json["role"] = jit::effective_role(*member, ladder, now);
  return json;
}

// The connection may have changed since the message was verified: what vouched for it then must
// still be trusted in the transaction that opens a session.
std::optional<sp::Reject> no_longer_trusted(const std::optional<sp::ConnectionSettings>& settings,
                                            const sp::VerifiedAssertion& assertion,
                                            base::Instant now) {
  if (!settings || settings->idp_entity_id != assertion.issuer())
    return sp::Reject::issuer_mismatch;
  if (assertion.used_sha1() && (!settings->sha1_until || now >= *settings->sha1_until)) {
    return sp::Reject::sha1;
  }
  for (const auto& certificate : settings->idp_certificates) {
    if (certificate.sha256() == assertion.key_fingerprint()) return std::nullopt;
  }
  return sp::Reject::unknown_key;
}

// One login within one transaction, step by step. What it drew outside stays the same when the
// transaction runs again.
class LoginTransaction {
 public:
  LoginTransaction(State& state, const ArrivedLogin& login, store::Tx& tx,
                   const base::MemberId& fresh_id, LoginOutcome& outcome)
      : state_(state), login_(login), tx_(tx), fresh_id_(fresh_id), outcome_(outcome) {}

  store::Verdict run() {
    outcome_ = {};
    if (!consume()) return store::Verdict::rollback;
    auto organization = tx_.organization();
    if (!organization) return store::Verdict::rollback;
    policy_ = organization->policy;
    facts_ = tx_.login_snapshot(login_.identity, login_.now);
    // Only a lease that has just ended asks for the owners that are left.
    if (facts_.known && facts_.known->status_at(login_.now) != facts_.known->status) {
      facts_.last_owner =
          jit::effective_role(*facts_.known, ladder(), login_.now) == ladder().highest() &&
          jit::other_owners(tx_.list_members(), facts_.known->id, ladder(), login_.now) == 0;
    }
    std::optional<jit::HeldInvitation> invitation;
    if (auto hash = base::base64url_decode(login_.pending.invitation); hash && !hash->empty()) {
      invitation = tx_.held_invitation(*hash);
    }
    auto decision = jit::decide_login(login_.identity, *login_.entry.preset, facts_, invitation,
                                      policy_, ladder(), fresh_id_, login_.now);
    outcome_.rule = jit::name_of(decision.rule());
    if (!login_.pending.confirmation.empty()) return confirm(decision);
    if (const auto* deny = decision.deny()) return record_denial(*deny);
    return admit(*decision.admit());
  }

 private:
  [[nodiscard]] const jit::Ladder& ladder() const { return state_.options.ladder; }

  [[nodiscard]] audit::Event event(std::string action) const {
    return saml_event(state_, login_.request, login_.entry, std::move(action), outcome_.rule,
                      login_.now);
  }

  bool consume() {
    const auto& connection = login_.entry.id();
    const auto& assertion = login_.assertion;
    if (!tx_.consume_once(connection, store::OnceKind::request, assertion.request_id(),
                          login_.pending.issued_at + sp::kPendingLife + kClockMargin)) {
      outcome_.refused = sp::Reject::replayed_request;
    } else if (!tx_.consume_once(connection, store::OnceKind::assertion, assertion.assertion_id(),
                                 assertion.usable_until() + kClockMargin)) {
      outcome_.refused = sp::Reject::replayed_assertion;
    } else {
      outcome_.refused = no_longer_trusted(tx_.find_connection(connection), assertion, login_.now);
    }
    return !outcome_.refused;
  }

  [[nodiscard]] audit::Event denial(std::string_view reason) const {
    auto record = event("login.denied");
    record.before = state_of(facts_.known, ladder(), login_.now);
    record.after["reason"] = reason;
    if (facts_.known) record.target = facts_.known->id.str();
    return record;
  }

  store::Verdict record_denial(const jit::Deny& deny) {
    outcome_.denied = deny;
    auto record = denial(jit::name_of(deny.reason));
    if (deny.opens) {
      std::string id = fresh_id_.str();  // no member is made, so it is free
      outcome_.asked = tx_.open_request(
          jit::new_request(deny, login_.identity, login_.entry.organization->id, id, login_.now));
      record.after["request"] = {{"kind", jit::name_of(*deny.opens)},
                                 {"state", store::name_of(*outcome_.asked)}};
    }
    if (deny.confirm_with) outcome_.confirm_with = find_existing(*deny.confirm_with);
    tx_.append_audit(record);
    return store::Verdict::commit;
  }

  // The identity of another open connection by which `member` can prove to be the same person.
  [[nodiscard]] std::optional<Existing> find_existing(const base::MemberId& member) {
    for (const auto& identity : tx_.identities_of(member)) {
      if (identity.subject.connection == login_.entry.id()) continue;
      auto settings = tx_.find_connection(identity.subject.connection);
      if (settings && settings->enabled) return Existing{member, identity.subject};
    }
    return std::nullopt;
  }

  store::Verdict admit(const jit::Admit& admitted) {
    tx_.apply(admitted.change);
    auto member = tx_.find_member(admitted.change.member);
    if (!member) return store::Verdict::rollback;
    outcome_.opened = session::open(admitted, member->org, login_.entry.id(), login_.assertion,
                                    state_.options.session, state_.world.rng, login_.now);
    if (!tx_.put_session(outcome_.opened->record)) return store::Verdict::rollback;
    auto record = event("login.admitted");
    record.actor = record.target = member->id.str();
    record.before = state_of(facts_.known, ladder(), login_.now);
    record.after = state_of(member, ladder(), login_.now);
    if (!admitted.change.warnings.empty()) record.after["warnings"] = admitted.change.warnings;
    if (!admitted.change.use_invitation.empty()) {
      record.after["invitation"] = admitted.change.use_invitation;
    }
    if (login_.assertion.used_sha1()) record.after["sha1"] = true;
    tx_.append_audit(record);
    return store::Verdict::commit;
  }

  // A login that was asked for as proof serves for nothing else.
  store::Verdict confirm(const jit::LoginDecision& decision) {
    auto linked = decide_link(decision);
    if (!linked) {
      outcome_.unconfirmed = linked.error();
      tx_.append_audit(denial(jit::name_of(linked.error())));
      return store::Verdict::commit;
    }
    if (admit(*decision.admit()) != store::Verdict::commit) return store::Verdict::rollback;
    tx_.apply(*linked);
    outcome_.linked = true;
    auto record = event("identity.linked");
    record.rule = jit::name_of(jit::LoginRule::L11);
    record.actor = record.target = linked->member.str();
    const auto& asked = login_.confirmation->asked;
    record.after = {{"connection", asked.subject.connection.str()},
                    {"name_id", asked.subject.name_id},
                    {"confirmed_by",
                     {{"connection", login_.entry.id().str()},
                      {"name_id", login_.identity.subject().name_id}}}};
    tx_.append_audit(record);
    return store::Verdict::commit;
  }

  std::expected<jit::MemberChange, jit::ConfirmDeny> decide_link(
      const jit::LoginDecision& decision) {
    const auto& confirmation = login_.confirmation;
    if (!confirmation) return std::unexpected(jit::ConfirmDeny::too_late);
    if (confirmation->org != login_.entry.organization->id) {
      return std::unexpected(jit::ConfirmDeny::not_possible);
    }
    const auto& asked = confirmation->asked;
    auto newcomer =
        tx_.login_snapshot(store::LoginKeys{asked.subject, asked.alt_subject,
                                            sp::Email{asked.email, sp::EmailTrust::trusted}},
                           login_.now);
    return jit::decide_confirm(asked,
                               {.decision = decision,
                                .subject = login_.identity.subject(),
                                .authn_instant = login_.assertion.authn_instant(),
                                .request_issued_at = login_.pending.issued_at,
                                .clock_skew = login_.entry.connection.settings.clock_skew},
                               newcomer, policy_, login_.now);
  }

  State& state_;
  const ArrivedLogin& login_;
  store::Tx& tx_;
  const base::MemberId& fresh_id_;
  LoginOutcome& outcome_;
  jit::Policy policy_;
  jit::LoginSnapshot facts_;
};

}  // namespace

std::expected<LoginOutcome, store::StoreError> write_login(State& state,
                                                           const ArrivedLogin& login) {
  base::MemberId fresh_id(base::make_ulid(login.now, state.world.rng));
  LoginOutcome outcome;
  auto written = state.world.store.write(login.entry.organization->id, [&](store::Tx& tx) {
    return LoginTransaction(state, login, tx, fresh_id, outcome).run();
  });
  if (!written && !outcome.refused) return std::unexpected(written.error());
  return outcome;
}

audit::Event saml_event(const State& state, const Request& request, const ConnectionEntry& entry,
                        std::string action, std::string rule, base::Instant now) {
  return {.time = now,
          .org = entry.organization->id,
          .actor = "anonymous",
          .via = "saml",
          .action = std::move(action),
          .target = "",
          .rule = std::move(rule),
          .request_id = request.id,
          .ip = client_address(request, state.proxies),
          .connection = entry.id().str()};
}

}  // namespace doorward::http
