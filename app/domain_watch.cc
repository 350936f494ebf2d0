#include "app/domain_watch.h"

#include <algorithm>
#include <thread>
#include <vector>

#include "app/domain_change.h"

namespace doorward::app {
namespace {

constexpr std::size_t kMostAtOnce = 64;
constexpr std::size_t kThreads = 8;

std::string_view name_of(jit::Sighting sighting) {
  switch (sighting) {
    case jit::Sighting::unknown:
      return "unknown";
    case jit::Sighting::absent:
      return "absent";
    case jit::Sighting::present:
      return "present";
  }
  return "";
}

std::string said(const std::vector<base::TxtObservation>& observations) {
  std::string text;
  for (const auto& each : observations) {
    if (each.outcome != base::TxtObservation::Outcome::failed) continue;
    if (!text.empty()) text += "; ";
    text += each.server + ": " + each.detail;
  }
  return text;
}

}  // namespace

std::size_t DomainWatch::run() {
  const auto due = store_.due_domains(clock_.now(), kMostAtOnce);
  if (!due) {
    log_.write(base::Level::error, "domains_unreadable",
               {{"error", std::string(store::text_of(due.error()))}});
    return 0;
  }
  if (due->empty()) return 0;
  std::atomic<std::size_t> next{0};
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < std::min(kThreads, due->size()); ++i) {
      threads.emplace_back([&] {
        for (std::size_t at = next++; at < due->size() && !stopping_; at = next++) {
          check((*due)[at]);
        }
      });
    }
  }
  return std::min(next.load(), due->size());
}

void DomainWatch::check(const jit::Domain& due) {
  // The operator's word needs no look-up: only its time of waiting has to end.
  const auto observations =
      due.operator_vouched ? std::vector<base::TxtObservation>{} : resolver_.txt(due.record_name());
  const DomainActor actor{.actor = "system", .via = "system", .now = clock_.now()};
  const auto written = write_domain(
      store_, due.org, due.name, actor,
      [&](const jit::Domain& domain, const jit::DomainElsewhere& elsewhere)
          -> std::expected<jit::DomainChange, jit::DomainDeny> {
        // What was looked up is no longer what is claimed.
        if (domain.txt_value != due.txt_value || domain.state_at != due.state_at ||
            domain.operator_vouched != due.operator_vouched) {
          return jit::DomainChange{.domain = domain, .action = {}, .tell = std::nullopt};
        }
        return jit::decide_domain_check(domain, observations, elsewhere, actor.now);
      });
  const auto sighting = jit::judge_record(due.txt_value, observations);
  if (!due.operator_vouched) {
    metrics_.count("doorward_domain_checks_total", {{"result", std::string(name_of(sighting))}});
  }
  if (sighting == jit::Sighting::unknown && !due.operator_vouched) {
    log_.write(base::Level::warning, "domain_unanswered",
               {{"domain", due.name}, {"failed", said(observations)}});
  }
  if (!written) {
    if (written.error().why == DomainRefused::Why::store) {
      log_.write(
          base::Level::error, "domain_unwritten",
          {{"domain", due.name}, {"error", std::string(store::text_of(written.error().error))}});
    }
    return;
  }
  if (written->action.empty()) return;
  const bool good =
      written->domain.state == jit::DomainState::verified && !written->domain.missing_since;
  log_.write(good ? base::Level::info : base::Level::warning, "domain_changed",
             {{"domain", due.name},
              {"action", written->action},
              {"state", std::string(jit::name_of(written->domain.state))}});
}

}  // namespace doorward::app
