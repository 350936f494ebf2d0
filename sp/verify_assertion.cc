// The steps that read the Assertion: signed bytes only.
#include <algorithm>
#include <iterator>
#include <utility>

#include "base/text.h"
#include "sp/evidence.h"
#include "sp/verification.h"
#include "xml/names.h"

namespace doorward::sp {

namespace names = xml::names;
using base::Duration;
using base::Instant;
using xml::Element;

namespace {

constexpr std::string_view kBearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer";

}  // namespace

Verdict Verification::assertion_version() {
  const auto version = assertion_->attribute("Version");
  if (version != "2.0") {
    note_comparison("2.0", version.value_or(""));
    return Reject::version;
  }
  result_.assertion_id_ = assertion_->attribute("ID").value_or("");
  if (result_.assertion_id_.empty()) return Reject::id_invalid;
  const auto issued = base::parse_instant(assertion_->attribute("IssueInstant").value_or(""));
  if (!issued) return Reject::instant_malformed;
  issue_instant_ = *issued;
  note("ID ", result_.assertion_id_, ", issued ", issue_instant_, ", now ", now_);
  return issue_instant_ > now_ + skew_ ? Reject::not_yet_valid : kPass;
}

Verdict Verification::assertion_issuer() {
  const auto issuers = assertion_->children(names::kSaml, "Issuer");
  if (issuers.size() != 1) return Reject::issuer_missing;
  result_.issuer_ = issuers.front().text();
  return check_issuer(issuers.front());
}

Verdict Verification::subject() {
  const auto count = assertion_->children(names::kSaml, "Subject").size();
  return count == 1 ? kPass : Reject::subject_missing;
}

Verdict Verification::name_id() {
  const auto subject = assertion_->child(names::kSaml, "Subject");
  if (!subject) return skip("no Subject");
  if (subject->child(names::kSaml, "EncryptedID")) return Reject::encrypted_not_supported;
  const auto ids = subject->children(names::kSaml, "NameID");
  const auto others = subject->children(names::kSaml, "BaseID");
  if (ids.size() + others.size() > 1) return Reject::name_id_several;
  // Whether a sign-in without a NameID is welcome is for the membership rules to say.
  if (ids.empty()) return skip("the Subject has no NameID");
  const auto& id = ids.front();
  if (!id.is_leaf()) return Reject::name_id_not_leaf;
  if (base::trim(id.text()).empty()) return Reject::name_id_empty;
  result_.name_id_ = {.value = id.text(),
                      .format = id.attribute("Format").value_or(""),
                      .name_qualifier = id.attribute("NameQualifier").value_or(""),
                      .sp_name_qualifier = id.attribute("SPNameQualifier").value_or("")};
  note('"' + result_.name_id_.value + '"', " ", result_.name_id_.format);
  return kPass;
}

Verdict Verification::read_bearer(Element data) {
  Bearer bearer{.recipient = data.attribute("Recipient"),
                .in_response_to = data.attribute("InResponseTo"),
                .not_on_or_after = {},
                .has_not_before = data.attribute("NotBefore").has_value()};
  if (const auto text = data.attribute("NotOnOrAfter")) {
    bearer.not_on_or_after = base::parse_instant(*text);
    if (!bearer.not_on_or_after) {
      note("NotOnOrAfter is \"", *text, "\"");
      return Reject::instant_malformed;
    }
    latest_expiry_ = std::max(latest_expiry_.value_or(Instant::min()), *bearer.not_on_or_after);
  }
  bearers_.push_back(std::move(bearer));
  return kPass;
}

Verdict Verification::bearer() {
  const auto subject = assertion_->child(names::kSaml, "Subject");
  if (!subject) return skip("no Subject");
  for (const auto& confirmation : subject->children(names::kSaml, "SubjectConfirmation")) {
    if (confirmation.attribute("Method") != kBearer) continue;
    const auto data = confirmation.child(names::kSaml, "SubjectConfirmationData");
    if (!data) continue;
    if (auto reject = read_bearer(*data)) return reject;
  }
  note(std::to_string(bearers_.size()), " bearer confirmations with data");
  return bearers_.empty() ? Verdict(Reject::no_bearer) : kPass;
}

// Keeps the confirmations that satisfy a step. If none does, they stay for the steps that follow,
// which only an examination runs.
Verdict Verification::keep_bearers(bool (*keep)(const Bearer&, const Verification&),
                                   Reject reject) {
  if (bearers_.empty()) return skip("no bearer confirmation");
  std::vector<Bearer> kept;
  std::ranges::copy_if(bearers_, std::back_inserter(kept),
                       [&](const Bearer& bearer) { return keep(bearer, *this); });
  if (kept.empty()) return reject;
  bearers_ = std::move(kept);
  return kPass;
}

Verdict Verification::recipient() {
  const auto has_one = [](const Bearer& b, const Verification&) { return b.recipient.has_value(); };
  if (auto reject = keep_bearers(has_one, Reject::no_recipient)) return reject;
  for (const auto& bearer : bearers_) note_comparison(connection_.acs_url, *bearer.recipient);
  return keep_bearers(
      [](const Bearer& b, const Verification& v) { return b.recipient == v.connection_.acs_url; },
      Reject::recipient);
}

Verdict Verification::confirmation_not_before() {
  return keep_bearers([](const Bearer& b, const Verification&) { return !b.has_not_before; },
                      Reject::confirmation_not_before);
}

Verdict Verification::check_expiry(Instant not_on_or_after, std::string_view what, Reject reject) {
  const bool over = now_ >= not_on_or_after;
  note(what, " ", not_on_or_after, ", now ", now_, ": ",
       over ? now_ - not_on_or_after : not_on_or_after - now_, over ? " too late" : " left",
       ", skew ", skew_, " allowed");
  return now_ - skew_ >= not_on_or_after ? Verdict(reject) : kPass;
}

Verdict Verification::confirmation_not_on_or_after() {
  const auto has_one = [](const Bearer& b, const Verification&) {
    return b.not_on_or_after.has_value();
  };
  if (auto reject = keep_bearers(has_one, Reject::confirmation_no_expiry)) return reject;
  if (bearers_.empty()) return kPass;
  const auto latest = std::ranges::max(bearers_, {}, &Bearer::not_on_or_after);
  if (auto reject =
          check_expiry(*latest.not_on_or_after, "NotOnOrAfter", Reject::confirmation_expired)) {
    return reject;
  }
  return keep_bearers(
      [](const Bearer& b, const Verification& v) { return v.now_ - v.skew_ < *b.not_on_or_after; },
      Reject::confirmation_expired);
}

Verdict Verification::in_response_to() {
  for (const auto& bearer : bearers_) {
    if (request_) note_comparison(request_->id, bearer.in_response_to.value_or(""));
  }
  if (request_) {
    result_.request_id_ = request_->id;
    return keep_bearers(
        [](const Bearer& b, const Verification& v) { return b.in_response_to == v.request_->id; },
        Reject::in_response_to_mismatch);
  }
  return keep_bearers([](const Bearer& b, const Verification&) { return !b.in_response_to; },
                      Reject::request_cookie_missing);
}

// ---- "valid in other respects"

Verdict Verification::conditions() {
  const auto all = assertion_->children(names::kSaml, "Conditions");
  if (all.empty()) return Reject::audience_missing;
  if (all.size() > 1) return Reject::conditions_unknown;
  for (const auto& condition : all.front().children()) {
    const bool known = condition.is(names::kSaml, "AudienceRestriction") ||
                       condition.is(names::kSaml, "OneTimeUse") ||
                       condition.is(names::kSaml, "ProxyRestriction");
    if (known) continue;
    note("{", condition.ns(), "}", condition.name());
    return Reject::conditions_unknown;
  }
  return kPass;
}

Verdict Verification::not_before() {
  const auto conditions = assertion_->child(names::kSaml, "Conditions");
  const auto text = conditions ? conditions->attribute("NotBefore") : std::nullopt;
  if (!text) return skip("no NotBefore");
  const auto instant = base::parse_instant(*text);
  if (!instant) return Reject::instant_malformed;
  note("NotBefore ", *instant, ", now ", now_);
  if (now_ < *instant) note(": ", *instant - now_, " too early, skew ", skew_, " allowed");
  return now_ + skew_ < *instant ? Reject::not_yet_valid : kPass;
}

Verdict Verification::not_on_or_after() {
  const auto conditions = assertion_->child(names::kSaml, "Conditions");
  const auto text = conditions ? conditions->attribute("NotOnOrAfter") : std::nullopt;
  if (!text) return skip("no NotOnOrAfter");
  const auto instant = base::parse_instant(*text);
  if (!instant) return Reject::instant_malformed;
  latest_expiry_ = std::max(latest_expiry_.value_or(Instant::min()), *instant);
  return check_expiry(*instant, "NotOnOrAfter", Reject::expired);
}

Verdict Verification::audience() {
  const auto conditions = assertion_->child(names::kSaml, "Conditions");
  if (!conditions) return skip("no Conditions");
  const auto restrictions = conditions->children(names::kSaml, "AudienceRestriction");
  if (restrictions.empty()) return Reject::audience_missing;
  const auto is_us = [&](Element audience) {
    note_comparison(connection_.sp_entity_id, audience.text());
    return audience.is_leaf() &&
           (audience.text() == connection_.sp_entity_id ||
            std::ranges::count(connection_.extra_audiences, audience.text()) > 0);
  };
  // Several restrictions must all hold; in each, one audience is enough.
  for (const auto& restriction : restrictions) {
    const auto audiences = restriction.children(names::kSaml, "Audience");
    if (audiences.empty()) return Reject::audience_missing;
    if (std::ranges::none_of(audiences, is_us)) return Reject::audience;
  }
  return kPass;
}

Verdict Verification::authn_statement() {
  const auto statements = assertion_->children(names::kSaml, "AuthnStatement");
  if (statements.empty()) return Reject::no_authn_statement;
  for (const auto& statement : statements) {
    const auto text = statement.attribute("SessionNotOnOrAfter");
    if (!text) continue;
    const auto end = base::parse_instant(*text);
    if (!end) return Reject::instant_malformed;
    auto& earliest = result_.session_not_on_or_after_;
    earliest = std::min(earliest.value_or(Instant::max()), *end);
  }
  const auto& first = statements.front();
  const auto instant = base::parse_instant(first.attribute("AuthnInstant").value_or(""));
  if (!instant) return Reject::instant_malformed;
  result_.authn_instant_ = *instant;
  result_.session_index_ = first.attribute("SessionIndex").value_or("");
  if (const auto context = first.child(names::kSaml, "AuthnContext")) {
    const auto reference = context->child(names::kSaml, "AuthnContextClassRef");
    if (reference) result_.authn_context_ = reference->text();
  }
  note("authenticated ", *instant, " ");
  if (!result_.session_not_on_or_after_) return kPass;
  // Without skew: our session ends at this instant, and one that is over at birth would send the
  // browser round in circles.
  const Instant end = *result_.session_not_on_or_after_;
  note("SessionNotOnOrAfter ", end, ", now ", now_);
  return now_ >= end ? Verdict(Reject::session_expired) : kPass;
}

Verdict Verification::attributes() {
  for (const auto& statement : assertion_->children(names::kSaml, "AttributeStatement")) {
    if (statement.child(names::kSaml, "EncryptedAttribute")) return Reject::encrypted_not_supported;
    for (const auto& attribute : statement.children(names::kSaml, "Attribute")) {
      Attribute read{.name = attribute.attribute("Name").value_or(""),
                     .friendly_name = attribute.attribute("FriendlyName").value_or(""),
                     .values = {}};
      for (const auto& value : attribute.children(names::kSaml, "AttributeValue")) {
        // A value with elements inside is no text; xsi:type may be bound outside the signature.
        if (value.is_leaf()) read.values.push_back(value.text());
      }
      result_.attributes_.push_back(std::move(read));
    }
  }
  note(std::to_string(result_.attributes_.size()), " attributes");
  return kPass;
}

Verdict Verification::life() {
  const auto& verified = signed_assertion_ ? *signed_assertion_ : *signed_response_;
  result_.key_fingerprint_ = verified.key_fingerprint();
  result_.used_sha1_ = (signed_assertion_ && signed_assertion_->uses_sha1()) ||
                       (signed_response_ && signed_response_->uses_sha1());
  if (!latest_expiry_) return skip("no expiry");
  // Whatever the IdP says, so that replay records need not live for years.
  const auto end = std::min(*latest_expiry_, issue_instant_ + kMaxAssertionLife);
  // The widest skew that the connection could be set to while the record lives.
  result_.usable_until_ = end + kMaxClockSkew;
  note("valid for ", *latest_expiry_ - issue_instant_, " after its issue, at most ",
       Duration(kMaxAssertionLife), " of it count");
  return now_ - skew_ >= issue_instant_ + kMaxAssertionLife ? Reject::life_too_long : kPass;
}

Verdict Verification::solicited() {
  if (request_) return kPass;
  note("nobody asked for it; issued ", now_ - issue_instant_, " ago");
  if (connection_.unsolicited != Unsolicited::allow) return Reject::unsolicited;
  return now_ - issue_instant_ > kMaxUnsolicitedAge + skew_ ? Reject::unsolicited_too_old : kPass;
}
}  // namespace doorward::sp
