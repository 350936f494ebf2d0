#include "http/answers.h"

#include "http/pages.h"

namespace doorward::http {
namespace {

std::vector<Link> start_again_link(std::string_view href) {
  if (href.empty()) return {};
  return {{std::string(href), "Start again"}};
}

// What the person may know: only what helps them and tells an attacker nothing.
std::string_view sentence_of(sp::Reject reject) {
  switch (reject) {
    case sp::Reject::request_cookie_missing:
    case sp::Reject::request_expired:
      return "This sign-in was started in another browser, more than 15 minutes ago, or your "
             "browser does not keep cookies.";
    case sp::Reject::replayed_request:
    case sp::Reject::replayed_assertion:
      return "This sign-in was already used once.";
    case sp::Reject::unsolicited:
      return "Sign-in has to start here, not at the identity provider.";
    default:
      return "The answer of your company's identity provider was not accepted.";
  }
}

// What became of the request that a denied login opens.
std::string_view sentence_of(jit::RequestKind kind, store::Opened asked) {
  switch (asked) {
    case store::Opened::opened:
    case store::Opened::again:
      return jit::text_of(kind);
    case store::Opened::denied:
      return "An administrator has said no to this already.";
    case store::Opened::too_many:
      return "Please ask your administrator yourself: too many requests are waiting already.";
  }
  return "";
}

Response forbidden(std::vector<std::string> sentences, std::string_view start_again,
                   const std::string& trace_id, bool waits = false) {
  return notice_page({.status = 403,
                      .heading = waits ? "You cannot come in yet" : "You cannot come in",
                      .sentences = std::move(sentences),
                      .links = start_again_link(start_again),
                      .trace_id = trace_id});
}

}  // namespace

Response rejected_answer(sp::Reject reject, std::string_view start_again,
                         const std::string& trace_id) {
  return notice_page({.status = 400,
                      .heading = "We could not sign you in",
                      .sentences = {std::string(sentence_of(reject))},
                      .links = start_again_link(start_again),
                      .trace_id = trace_id});
}

Response denied_answer(const jit::Deny& deny, std::optional<store::Opened> asked,
                       std::string_view start_again, const std::string& trace_id) {
  std::vector<std::string> sentences = {std::string(jit::text_of(deny.reason).person)};
  if (deny.opens && asked) {
    auto sentence = sentence_of(*deny.opens, *asked);
    if (!sentence.empty()) sentences.emplace_back(sentence);
  }
  bool waits = asked == store::Opened::opened || asked == store::Opened::again;
  return forbidden(std::move(sentences), start_again, trace_id, waits);
}

Response denied_answer(jit::DenyReason reason, std::string_view start_again,
                       const std::string& trace_id) {
  return forbidden({std::string(jit::text_of(reason).person)}, start_again, trace_id);
}

Response unconfirmed_answer(jit::ConfirmDeny reason, std::string_view start_again,
                            const std::string& trace_id) {
  return forbidden({std::string(jit::text_of(reason))}, start_again, trace_id);
}

Response unavailable_answer(const std::string& trace_id) {
  Response response =
      notice_page({.status = 503,
                   .heading = "Not available right now",
                   .sentences = {"Please try again in a moment. Nothing was changed."},
                   .links = {},
                   .trace_id = trace_id});
  response.add("Retry-After", "5");
  return response;
}

Response bad_request_answer(std::string_view sentence, const std::string& trace_id) {
  return notice_page({.status = 400,
                      .heading = "This link does not work",
                      .sentences = {std::string(sentence)},
                      .links = {},
                      .trace_id = trace_id});
}

Response not_found_answer() {
  return notice_page({.status = 404,
                      .heading = "There is nothing here",
                      .sentences = {"The address may be mistyped or out of date."},
                      .links = {},
                      .trace_id = {}});
}

Response method_not_allowed_answer(std::string_view allow) {
  Response response = notice_page({.status = 405,
                                   .heading = "That does not work here",
                                   .sentences = {"This address takes another method."},
                                   .links = {},
                                   .trace_id = {}});
  response.add("Allow", allow);
  return response;
}

}  // namespace doorward::http
