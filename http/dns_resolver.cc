#include "http/dns_resolver.h"

#include <ares.h>
#include <arpa/inet.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <span>

#include "base/text.h"

namespace doorward::http {
namespace {

using std::chrono::milliseconds;
using Outcome = base::TxtObservation::Outcome;
using SteadyClock = std::chrono::steady_clock;

constexpr int kTries = 2;
constexpr int kUdpSize = 1232;  // fits one packet everywhere (DNS flag day 2020)
constexpr int kInternet = 1;    // class IN [RFC 1035 3.2.4]
constexpr int kTxt = 16;        // type TXT [RFC 1035 3.2.2]

struct CloseChannel {
  void operator()(ares_channel channel) const { ares_destroy(channel); }
};
using Channel = std::unique_ptr<ares_channeldata, CloseChannel>;

// One server's part of a look-up. Stays where it is while its channel lives.
struct Lookup {
  base::TxtObservation seen;
  bool done = false;
  Channel channel;  // last: closing it may call back
};

// "No" is the word of a server that is responsible (AA) or that asks others for us (RA).
bool may_say_no(std::span<const unsigned char> answer) {
  return answer.size() > 3 && ((answer[2] & 0x04U) != 0 || (answer[3] & 0x80U) != 0);
}

void take_texts(std::span<const unsigned char> answer, base::TxtObservation& seen) {
  ares_txt_ext* first = nullptr;
  const int status =
      ares_parse_txt_reply_ext(answer.data(), static_cast<int>(answer.size()), &first);
  for (const auto* each = first; each != nullptr; each = each->next) {
    if (each->record_start != 0 || seen.texts.empty()) seen.texts.emplace_back();
    seen.texts.back().append(reinterpret_cast<const char*>(each->txt), each->length);
  }
  if (first != nullptr) ares_free_data(first);
  if (status != ARES_SUCCESS && status != ARES_ENODATA) {
    seen = {.server = seen.server, .outcome = Outcome::failed, .texts = {}, .detail = ""};
    seen.detail = "the answer cannot be read";
  } else if (!seen.texts.empty()) {
    seen.outcome = Outcome::found;
  } else {
    seen.outcome = Outcome::absent;
    seen.detail = "the name has no TXT record";
  }
}

std::string failure_of(int status) {
  switch (status) {
    case ARES_ESERVFAIL:
      return "it could not find out (SERVFAIL)";
    case ARES_EREFUSED:
      return "it refuses to answer us (REFUSED)";
    case ARES_EFORMERR:
      return "it does not understand the question (FORMERR)";
    case ARES_ENOTIMP:
      return "it does not answer such questions (NOTIMP)";
    case ARES_ECONNREFUSED:
      return "it cannot be reached, or hung up";
    case ARES_EBADNAME:
      return "the name cannot be asked for";
    case ARES_EBADRESP:
      return "the answer cannot be read";
    default:
      return "no answer in time";
  }
}

void on_answer(void* context, int status, int, unsigned char* bytes, int length) {
  auto& lookup = *static_cast<Lookup*>(context);
  const std::span<const unsigned char> answer(
      bytes, bytes == nullptr ? 0U : static_cast<std::size_t>(length));
  lookup.done = true;
  if (status == ARES_SUCCESS) {
    take_texts(answer, lookup.seen);
  } else if (status == ARES_ENOTFOUND || status == ARES_ENODATA) {
    lookup.seen.outcome = Outcome::absent;
    lookup.seen.detail = status == ARES_ENOTFOUND ? "there is no such name (NXDOMAIN)"
                                                  : "the name has no TXT record";
  } else {
    lookup.seen.detail = failure_of(status);
  }
  if (lookup.seen.outcome == Outcome::absent && !may_say_no(answer)) {
    lookup.seen.outcome = Outcome::failed;
    lookup.seen.detail = "it is not responsible for the name and asks nobody";
  }
}

Channel open_channel(const std::string& server, milliseconds try_for) {
  [[maybe_unused]] static const int ready = ares_library_init(ARES_LIB_INIT_ALL);
  ares_options options{};
  // Every answer comes to us, refusals too; c-ares would only say that no server is left.
  options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_NOCHECKRESP | ARES_FLAG_EDNS;
  options.timeout = static_cast<int>(try_for.count());
  options.tries = kTries;
  options.ednspsz = kUdpSize;
  ares_channel channel = nullptr;
  if (ares_init_options(&channel, &options,
                        ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ) !=
      ARES_SUCCESS) {
    return nullptr;
  }
  Channel owned(channel);
  return ares_set_servers_ports_csv(channel, server.c_str()) == ARES_SUCCESS ? std::move(owned)
                                                                             : nullptr;
}

// One round of waiting for all sockets of the look-ups that are not done.
void wait_once(std::span<const std::unique_ptr<Lookup>> lookups, milliseconds at_most) {
  std::vector<pollfd> sockets;
  std::vector<ares_channel> owners;
  timeval limit{.tv_sec = at_most.count() / 1000, .tv_usec = (at_most.count() % 1000) * 1000};
  for (const auto& lookup : lookups) {
    if (lookup->done) continue;
    ares_channel channel = lookup->channel.get();
    std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> open{};
    const auto bits =
        static_cast<unsigned>(ares_getsock(channel, open.data(), ARES_GETSOCK_MAXNUM));
    for (unsigned i = 0; i < open.size(); ++i) {
      const bool reads = ((bits >> i) & 1U) != 0;
      const bool writes = ((bits >> (i + ARES_GETSOCK_MAXNUM)) & 1U) != 0;
      if (!reads && !writes) continue;
      sockets.push_back(
          {.fd = open.at(i),
           .events = static_cast<short>((reads ? POLLIN : 0) | (writes ? POLLOUT : 0)),
           .revents = 0});
      owners.push_back(channel);
    }
    timeval next{};
    const timeval* sooner = ares_timeout(channel, &limit, &next);
    if (sooner != nullptr) limit = *sooner;
  }
  const auto wait = limit.tv_sec * 1000 + limit.tv_usec / 1000 + 1;
  poll(sockets.data(), sockets.size(), static_cast<int>(wait));
  constexpr ares_socket_t kNone = ARES_SOCKET_BAD;
  for (std::size_t i = 0; i < sockets.size(); ++i) {
    const short got = sockets[i].revents;
    ares_process_fd(owners[i], (got & (POLLIN | POLLERR | POLLHUP)) != 0 ? sockets[i].fd : kNone,
                    (got & POLLOUT) != 0 ? sockets[i].fd : kNone);
  }
  for (const auto& lookup : lookups) {
    if (!lookup->done) ares_process_fd(lookup->channel.get(), kNone, kNone);
  }
}

std::optional<unsigned> parse_port(std::string_view digits) {
  unsigned port = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, port);
  if (digits.empty() || error != std::errc{} || stop != end || port == 0 || port > 65535) {
    return std::nullopt;
  }
  return port;
}

// The address in its usual spelling, or empty if `text` is none of this family.
std::string address_of(int family, const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  std::array<char, INET6_ADDRSTRLEN> spelled{};
  if (inet_pton(family, text.c_str(), bytes.data()) != 1) return "";
  return inet_ntop(family, bytes.data(), spelled.data(), spelled.size());
}

}  // namespace

std::optional<std::string> parse_dns_server(std::string_view text) {
  std::string host(text);
  std::string_view port = "53";
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    host = text.substr(1, close - 1);
    const auto rest = text.substr(close + 1);
    if (!rest.empty() && !rest.starts_with(':')) return std::nullopt;
    if (!rest.empty()) port = rest.substr(1);
  } else if (const auto colon = text.find(':');
             colon != std::string_view::npos && colon == text.rfind(':')) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  const auto number = parse_port(port);
  if (!number) return std::nullopt;
  const std::string suffix = ":" + std::to_string(*number);
  const std::string six = address_of(AF_INET6, host);
  if (!six.empty()) return "[" + six + "]" + suffix;
  const std::string four = text.starts_with('[') ? "" : address_of(AF_INET, host);
  return four.empty() ? std::nullopt : std::optional(four + suffix);
}

std::vector<std::string> name_servers_of(std::string_view resolv_conf) {
  std::vector<std::string> servers;
  for (const auto& line : base::split(resolv_conf, '\n')) {
    std::string_view rest = base::trim(line);
    constexpr std::string_view kWord = "nameserver";
    if (!rest.starts_with(kWord)) continue;
    rest.remove_prefix(kWord.size());
    if (!rest.starts_with(' ') && !rest.starts_with('\t')) continue;
    rest = base::trim(rest);
    const auto server = parse_dns_server(rest.substr(0, rest.find_first_of(" \t#;")));
    if (server && std::ranges::find(servers, *server) == servers.end()) {
      servers.push_back(*server);
    }
  }
  return servers;
}

std::vector<base::TxtObservation> DnsResolver::txt(const std::string& name) {
  const auto deadline = SteadyClock::now() + options_.timeout;
  std::vector<std::unique_ptr<Lookup>> lookups;
  for (const auto& server : options_.servers) {
    auto& lookup = *lookups.emplace_back(std::make_unique<Lookup>());
    lookup.seen.server = server;
    lookup.channel = open_channel(server, options_.try_for);
    if (!lookup.channel) {
      lookup.done = true;
      lookup.seen.detail = "it cannot be asked";
      continue;
    }
    ares_query(lookup.channel.get(), name.c_str(), kInternet, kTxt, on_answer, &lookup);
  }
  while (std::ranges::any_of(lookups, [](const auto& each) { return !each->done; })) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - SteadyClock::now());
    if (left <= milliseconds(0)) break;
    wait_once(lookups, left);
  }
  std::vector<base::TxtObservation> observations;
  for (const auto& lookup : lookups) {
    // Whoever has not answered is called back now.
    lookup->channel.reset();
    observations.push_back(std::move(lookup->seen));
  }
  return observations;
}

}  // namespace doorward::http
