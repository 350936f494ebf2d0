#include "app/ended_terms.h"

#include <chrono>

#include "jit/lease.h"

namespace doorward::app {
namespace {

constexpr std::size_t kBatch = 100;  // rows of a kind in one transaction
constexpr auto kLongest = std::chrono::seconds(5);

audit::Event event(const base::OrgId& org, base::Instant now, std::string action,
                   const base::MemberId& target) {
  audit::Event event;
  event.time = now;
  event.org = org;
  event.actor = "system";
  event.via = "system";
  event.action = std::move(action);
  event.target = target.str();
  return event;
}

base::Json state_of(const jit::Member& member, const jit::Ladder& ladder, base::Instant now) {
  return {{"status", jit::name_of(member.status)},
          {"role", jit::effective_role(member, ladder, now)}};
}

std::size_t end_leases(store::Tx& tx, const base::OrgId& org, const jit::Ladder& ladder,
                       base::Instant now) {
  std::size_t ended = 0;
  for (const auto& member : tx.lapsed_members(now, kBatch)) {
    // Reading all members is for the few whose end could leave nobody.
    const bool last_owner = jit::effective_role(member, ladder, now) == ladder.highest() &&
                            jit::other_owners(tx.list_members(), member.id, ladder, now) == 0;
    const auto change = jit::decide_lease_end(member, last_owner, now);
    if (!change) continue;
    tx.apply(*change);
    auto record = event(org, now, "member.expired", member.id);
    record.before = state_of(member, ladder, now);
    if (const auto after = tx.find_member(member.id)) record.after = state_of(*after, ladder, now);
    record.after["lease_until"] = base::format_instant(*member.lease_until);
    tx.append_audit(record);
    ++ended;
  }
  return ended;
}

std::size_t end_invitations(store::Tx& tx, const base::OrgId& org, base::Instant now) {
  std::size_t ended = 0;
  for (const auto& invitation : tx.ended_invitations(now, kBatch)) {
    if (!tx.delete_invitation(invitation.id)) continue;
    auto record = event(org, now, "invitation.expired", invitation.member);
    record.before = {
        {"email", invitation.email}, {"role", invitation.role}, {"inviter", invitation.inviter}};
    tx.append_audit(record);
    ++ended;
  }
  return ended;
}

}  // namespace

std::size_t end_terms(store::Store& store, const jit::Ladder& ladder, base::Log& log,
                      base::Instant now) {
  const auto organizations = store.with_ended_terms(now);
  if (!organizations) {
    log.write(base::Level::error, "terms_not_ended",
              {{"error", std::string(store::text_of(organizations.error()))}});
    return 0;
  }
  std::size_t all = 0;
  const auto started = std::chrono::steady_clock::now();
  for (const auto& org : *organizations) {
    std::size_t ended = 0;
    do {
      if (std::chrono::steady_clock::now() - started > kLongest) return all;
      const auto done = store.write(org, [&](store::Tx& tx) {
        ended = end_leases(tx, org, ladder, now);
        ended += end_invitations(tx, org, now);
        return ended > 0 ? store::Verdict::commit : store::Verdict::rollback;
      });
      if (!done && done.error() != store::StoreError::rolled_back) {
        log.write(base::Level::error, "terms_not_ended",
                  {{"error", std::string(store::text_of(done.error()))}});
        ended = 0;
      }
      all += ended;
    } while (ended >= kBatch);
  }
  return all;
}

}  // namespace doorward::app
