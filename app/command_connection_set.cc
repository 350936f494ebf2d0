#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/command.h"
#include "app/connection_view.h"
#include "base/text.h"
#include "sp/verify.h"

namespace doorward::app {
namespace {

constexpr base::Duration kLongestSha1 = std::chrono::days(90);

struct SetOptions {
  std::string id;
  std::string sha1_until;
  std::string clock_skew;
  std::vector<std::string> audiences;
  std::string sign_requests;
  std::string binding;
  std::string unsolicited;
  std::vector<std::string> allowed_domains;
  std::string idp_sso_url;
  MetadataSource metadata;
  std::string distrust;
  bool keep_sessions = false;
};

// What a change does besides the settings themselves.
struct Change {
  std::string action;
  std::vector<std::string> distrusted;  // fingerprints whose sessions end
  bool end_all_sessions = false;
  bool remove = false;
};

std::vector<std::string> list_or_none(const std::vector<std::string>& words) {
  return words == std::vector<std::string>{"none"} ? std::vector<std::string>{} : words;
}

std::optional<std::string> set_sha1(const std::string& text, base::Instant now,
                                    sp::ConnectionSettings& settings) {
  if (text == "none") {
    settings.sha1_until.reset();
    return std::nullopt;
  }
  auto until = base::parse_instant(text.size() == 10 ? text + "T00:00:00Z" : text);
  if (!until) return "`--allow-sha1-until` is a date such as 2026-03-31, or none.";
  if (*until <= now || *until > now + kLongestSha1) {
    return "`--allow-sha1-until` is a date within the next 90 days; by then the identity provider "
           "has to sign with SHA-256.";
  }
  settings.sha1_until = until;
  return std::nullopt;
}

std::optional<std::string> set_skew(const std::string& text, sp::ConnectionSettings& settings) {
  const auto skew = base::parse_duration(text);
  if (!skew || *skew > sp::kMaxClockSkew) {
    return "`--clock-skew` is a duration of at most 180s, such as 60s.";
  }
  settings.clock_skew = *skew;
  return std::nullopt;
}

// Certificates that the metadata no longer has are distrusted.
std::optional<std::string> take_idp(const IdpSettings& idp, sp::ConnectionSettings& settings,
                                    Change& change) {
  if (idp.entity_id != settings.idp_entity_id) {
    return "The metadata is of `" + idp.entity_id + "`, the connection of `" +
           settings.idp_entity_id + "`; another identity provider is another connection.";
  }
  const bool post = settings.idp_sso_binding == sp::Binding::post;
  const auto& same = post ? idp.post_url : idp.redirect_url;
  if (!same.empty()) {
    settings.idp_sso_url = same;
  } else {
    settings.idp_sso_url = post ? idp.redirect_url : idp.post_url;
    settings.idp_sso_binding = post ? sp::Binding::redirect : sp::Binding::post;
  }
  for (const auto& known : settings.idp_certificates) {
    if (std::ranges::find(idp.certificates, known) == idp.certificates.end()) {
      change.distrusted.push_back(known.sha256());
    }
  }
  settings.idp_certificates = idp.certificates;
  return std::nullopt;
}

std::optional<std::string> distrust(const std::string& written, sp::ConnectionSettings& settings,
                                    Change& change) {
  std::string fingerprint = base::ascii_lower(written);
  std::erase(fingerprint, ':');
  const auto gone = std::erase_if(settings.idp_certificates, [&](const auto& certificate) {
    return certificate.sha256() == fingerprint;
  });
  if (gone == 0) {
    return "The connection trusts no certificate with the SHA-256 " + fingerprint +
           "; `doorward connection show` lists them.";
  }
  change.distrusted.push_back(fingerprint);
  return std::nullopt;
}

std::optional<std::string> set_words(const SetOptions& options, sp::ConnectionSettings& settings) {
  if (!options.sign_requests.empty()) settings.sign_requests = is_on(options.sign_requests);
  if (!options.binding.empty()) {
    settings.idp_sso_binding =
        options.binding == "post" ? sp::Binding::post : sp::Binding::redirect;
  }
  if (!options.audiences.empty()) settings.extra_audiences = list_or_none(options.audiences);
  if (!options.allowed_domains.empty()) {
    settings.allowed_domains.clear();
    for (const auto& name : list_or_none(options.allowed_domains)) {
      const auto domain = jit::parse_domain(name);
      if (!domain) return "`" + name + "` cannot be an organisation's domain.";
      settings.allowed_domains.push_back(*domain);
    }
  }
  if (!options.idp_sso_url.empty()) {
    const auto url = base::parse_url(options.idp_sso_url);
    if (!url || (url->scheme != "https" && !url->is_loopback())) {
      return "`--idp-sso-url` is an https:// URL (http:// only on loopback).";
    }
    settings.idp_sso_url = options.idp_sso_url;
  }
  return std::nullopt;
}

// All that `set` was told, on the settings as they are in the transaction.
std::optional<std::string> apply(const SetOptions& options, const std::optional<IdpSettings>& idp,
                                 base::Instant now, sp::ConnectionSettings& settings,
                                 Change& change) {
  std::optional<std::string> refused = set_words(options, settings);
  if (!refused && !options.sha1_until.empty()) {
    refused = set_sha1(options.sha1_until, now, settings);
  }
  if (!refused && !options.clock_skew.empty()) refused = set_skew(options.clock_skew, settings);
  if (!refused && idp) refused = take_idp(*idp, settings, change);
  if (!refused && !options.distrust.empty()) refused = distrust(options.distrust, settings, change);
  return refused;
}

using Edit = std::function<std::optional<std::string>(sp::ConnectionSettings&, Change&)>;

// One transaction: edit, sessions that end, audit record.
Result change_connection(Desk& desk, const std::string& id, bool keep_sessions, const Edit& edit) {
  const auto found = desk.connection(id);
  if (!found) return std::unexpected(found.error());
  const auto loaded = desk.configuration();
  if (!loaded) return std::unexpected(loaded.error());
  std::string slug;
  for (const auto& organization : loaded->organizations) {
    if (organization.id == found->org) slug = organization.slug;
  }
  sp::ConnectionSettings changed;
  Change change;
  std::size_t ended = 0;
  const auto done = desk.write(found->org, [&](store::Tx& tx) -> std::optional<std::string> {
    change = {};
    ended = 0;
    const auto current = tx.find_connection(found->id);
    if (!current) return "The connection is gone.";
    changed = *current;
    if (auto refused = edit(changed, change)) return refused;
    if (!keep_sessions) {
      if (change.end_all_sessions) ended += tx.end_sessions_through(found->id, "");
      for (const auto& fingerprint : change.distrusted) {
        ended += tx.end_sessions_through(found->id, fingerprint);
      }
    }
    if (change.remove) {
      if (!tx.delete_connection(found->id)) return "The connection is gone.";
    } else {
      const auto put = tx.put_connection(changed);
      if (!put) return found->id.str() + ": " + std::string(store::text_of(put.error()));
    }
    auto event = desk.event(found->org, change.action, found->id.str());
    event.connection = found->id.str();
    event.before = full_json(desk.config, *current, slug);
    if (!change.remove) event.after = full_json(desk.config, changed, slug);
    event.after["ended_sessions"] = ended;
    if (!change.distrusted.empty()) event.after["distrusted"] = change.distrusted;
    tx.append_audit(event);
    return std::nullopt;
  });
  if (!done) return std::unexpected(done.error());
  if (change.remove || change.end_all_sessions || !change.distrusted.empty()) {
    const auto confirmed = desk.confirm();
    if (!confirmed) return std::unexpected(confirmed.error());
  }
  Answer answer{.json = full_json(desk.config, changed, slug),
                .text = text_of(desk.config, changed, slug)};
  if (change.remove) {
    answer.json = {{"id", id}, {"deleted", true}};
    answer.text = "Deleted the connection " + id + "; its id is never used again.\n";
  }
  answer.json["ended_sessions"] = ended;
  if (ended > 0) answer.text += "Ended " + std::to_string(ended) + " sessions.\n";
  if (!change.remove && changed.idp_certificates.empty()) {
    answer.warnings.push_back(
        "The connection trusts no certificate: nobody can sign in through it.");
  }
  return answer;
}

Result set(Desk& desk, const SetOptions& options) {
  if (options.unsolicited == "convert" || options.unsolicited == "allow") {
    return fail("`--unsolicited " + options.unsolicited +
                "` is not built yet; unsolicited messages are refused.");
  }
  std::optional<IdpSettings> idp;
  if (!options.metadata.from.empty()) {
    auto metadata = options.metadata;
    if (metadata.entity_id.empty()) {
      const auto found = desk.connection(options.id);
      if (!found) return std::unexpected(found.error());
      metadata.entity_id = found->idp_entity_id;
    }
    auto read = read_idp(desk, metadata);
    if (!read) return std::unexpected(read.error());
    idp = std::move(*read);
  }
  auto answer = change_connection(desk, options.id, options.keep_sessions,
                                  [&](sp::ConnectionSettings& settings, Change& change) {
                                    change.action = options.distrust.empty()
                                                        ? "connection.changed"
                                                        : "connection.certificate_distrusted";
                                    return apply(options, idp, desk.now, settings, change);
                                  });
  if (answer && idp) {
    answer->warnings.insert(answer->warnings.end(), idp->warnings.begin(), idp->warnings.end());
  }
  if (answer && !options.sha1_until.empty() && options.sha1_until != "none") {
    answer->warnings.push_back(
        "SHA-1 signatures can be forged by whoever pays for it; have the identity provider sign "
        "with SHA-256 and say `--allow-sha1-until none`.");
  }
  return answer;
}

void add_set(CLI::App& group, Invocation& invocation) {
  auto& command = add_command(group, "set", "Changes a connection's settings.",
                              "doorward connection set acme-okta --clock-skew 90s");
  auto options = std::make_shared<SetOptions>();
  command.add_option("id", options->id, "Id of the connection")->required();
  command.add_option("--allow-sha1-until", options->sha1_until,
                     "Take SHA-1 signatures until this date, at most 90 days ahead; or none");
  command.add_option("--clock-skew", options->clock_skew,
                     "How far clocks may differ, at most 180s");
  command
      .add_option("--audience", options->audiences,
                  "An extra audience to take; repeatable, replaces those set before; or none")
      ->allow_extra_args(false);
  command.add_option("--sign-requests", options->sign_requests, "Sign what we send to the IdP")
      ->check(CLI::IsMember({"on", "off"}));
  command.add_option("--binding", options->binding, "How requests go to the IdP")
      ->check(CLI::IsMember({"redirect", "post"}));
  command.add_option("--unsolicited", options->unsolicited, "Messages that nobody asked for")
      ->check(CLI::IsMember({"refuse", "convert", "allow"}));
  command
      .add_option("--allowed-domain", options->allowed_domains,
                  "Only addresses of this domain; repeatable, replaces those before; or none")
      ->allow_extra_args(false);
  command.add_option("--idp-sso-url", options->idp_sso_url, "The IdP's sign-on URL");
  command.add_option("--metadata", options->metadata.from,
                     "Read the IdP's metadata again: FILE, URL or -");
  command.add_option("--entity-id", options->metadata.entity_id,
                     "Which identity provider of an aggregate");
  command.add_option("--metadata-certificate", options->metadata.certificate,
                     "File with the certificate whose key must have signed the metadata");
  command.add_option("--distrust", options->distrust,
                     "SHA-256 of a certificate to trust no longer; ends sessions through it");
  command.add_flag("--keep-sessions", options->keep_sessions, "End no sessions");
  command.require_option(2, 0);  // the id and something to change
  on_desk(command, invocation, [options](Desk& desk) { return set(desk, *options); });
}

void add_switch(CLI::App& group, Invocation& invocation, const char* name, const char* sentence,
                const char* example,
                const std::function<void(sp::ConnectionSettings&, Change&)>& edit,
                bool ends_sessions) {
  auto& command = add_command(group, name, sentence, example);
  auto id = std::make_shared<std::string>();
  auto keep = std::make_shared<bool>(false);
  command.add_option("id", *id, "Id of the connection")->required();
  if (ends_sessions) command.add_flag("--keep-sessions", *keep, "End no sessions");
  on_desk(command, invocation, [id, keep, edit](Desk& desk) {
    return change_connection(
        desk, *id, *keep,
        [&edit](sp::ConnectionSettings& settings, Change& change) -> std::optional<std::string> {
          edit(settings, change);
          return std::nullopt;
        });
  });
}

}  // namespace

void add_connection_set_commands(CLI::App& group, Invocation& invocation) {
  add_set(group, invocation);
  add_switch(
      group, invocation, "disable", "Lets nobody in through a connection, and ends its sessions.",
      "doorward connection disable acme-okta",
      [](sp::ConnectionSettings& settings, Change& change) {
        settings.enabled = false;
        change.action = "connection.disabled";
        change.end_all_sessions = true;
      },
      true);
  add_switch(
      group, invocation, "enable", "Lets people in through a connection again.",
      "doorward connection enable acme-okta",
      [](sp::ConnectionSettings& settings, Change& change) {
        settings.enabled = true;
        change.action = "connection.enabled";
      },
      false);
  add_switch(
      group, invocation, "delete", "Deletes a connection for good, and ends its sessions.",
      "doorward connection delete acme-okta",
      [](sp::ConnectionSettings&, Change& change) {
        change.action = "connection.deleted";
        change.end_all_sessions = true;
        change.remove = true;
      },
      false);
}

}  // namespace doorward::app
