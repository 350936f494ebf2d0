#include "tests/support/identity_maker.h"

namespace doorward::tests {

sp::Identity IdentityMaker::identity(const IdentityFields& fields) {
  sp::Identity identity;
  identity.subject_.connection = base::ConnectionId(fields.connection);
  identity.subject_.idp_entity_id = fields.idp_entity_id;
  identity.subject_.format = fields.format;
  identity.subject_.name_id = fields.name_id;
  identity.alt_subject_ = fields.alt_subject;
  identity.email_ = fields.email;
  identity.first_name_ = fields.first_name;
  identity.last_name_ = fields.last_name;
  identity.display_name_ = fields.display_name;
  identity.groups_ = fields.groups;
  return identity;
}

sp::VerifiedAssertion IdentityMaker::assertion(const AssertionFields& fields) {
  sp::VerifiedAssertion assertion;
  assertion.name_id_.value = fields.name_id;
  assertion.issuer_ = fields.issuer;
  assertion.name_id_.format = fields.name_id_format;
  assertion.attributes_ = fields.attributes;
  assertion.session_index_ = fields.session_index;
  assertion.key_fingerprint_ = fields.key_fingerprint;
  assertion.session_not_on_or_after_ = fields.session_not_on_or_after;
  return assertion;
}

}  // namespace doorward::tests
