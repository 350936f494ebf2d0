#include "demo/idp.h"

#include <charconv>

#include "base/encoding.h"
#include "base/text.h"
#include "demo/idp_keys.h"
#include "demo/idp_metadata.h"
#include "demo/idp_request.h"
#include "demo/page.h"

namespace doorward::demo {

using base::escape_markup;

namespace {

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

std::string sso_url(const IdpOptions& options, const Company& company) {
  return options.public_url + std::string(company.sso_target);
}

std::string sign_in_path(const Company& company) {
  return "/" + std::string(company.vendor) + "/sign-in";
}

// The choice is a form of its own, so that no state has to be kept here.
std::string form_start(const Company& company, const AuthnRequest& request,
                       const std::string& relay_state) {
  return "<form method=\"post\" action=\"" + sign_in_path(company) + "\">\n" +
         hidden_field("SAMLRequest", base::base64_encode(request.xml)) +
         hidden_field("RelayState", relay_state);
}

std::string choices(const Company& company) {
  std::string html = "<ul class=\"choices\">\n";
  std::size_t index = 0;
  for (const auto& person : people_of(company)) {
    html += "<li><button name=\"person\" value=\"" + std::to_string(index++) + "\"><strong>" +
            escape_markup(person.first_name + " " + person.last_name) + "</strong><span>" +
            escape_markup(person.email + " · " + base::join(person.groups, " · ")) +
            "</span></button></li>\n";
  }
  return html + "</ul>\n";
}

std::string someone_else(const Company& company) {
  const auto field = [](std::string_view id, std::string_view label, std::string_view attributes) {
    return "<label for=\"" + std::string(id) + "\">" + std::string(label) + "</label><input id=\"" +
           std::string(id) + "\" name=\"" + std::string(id) + "\" " + std::string(attributes) +
           ">\n";
  };
  return "<details class=\"card\"><summary>Somebody else</summary>\n" +
         field("first_name", "First name", "autocomplete=\"off\"") +
         field("last_name", "Last name", "autocomplete=\"off\"") +
         field("email", "E-mail address",
               "autocomplete=\"off\" placeholder=\"name@" + std::string(company.domain) + "\"") +
         field("groups", "Groups, separated by commas", "autocomplete=\"off\"") +
         "<div class=\"row\"><button class=\"main\" name=\"person\" value=\"other\">Sign in"
         "</button></div>\n</details>\n";
}

std::optional<Person> chosen_person(const Company& company, const http::Fields& fields) {
  const std::string choice = fields.get("person");
  if (choice == "other") {
    std::vector<std::string> groups;
    for (const auto& group : base::split(fields.get("groups"), ',')) {
      if (const auto name = base::trim(group); !name.empty()) groups.emplace_back(name);
    }
    const std::string email(base::trim(fields.get("email")));
    if (email.empty()) return std::nullopt;
    return make_person(company, base::trim(fields.get("first_name")),
                       base::trim(fields.get("last_name")), email, std::move(groups));
  }
  const auto people = people_of(company);
  std::size_t index = people.size();
  const auto [end, error] = std::from_chars(choice.data(), choice.data() + choice.size(), index);
  if (error != std::errc{} || end != choice.data() + choice.size() || index >= people.size()) {
    return std::nullopt;
  }
  return people[index];
}

http::Response only_from_an_application(const Company& company) {
  return problem_page(400, std::string(company.vendor_title) + " has nothing to answer",
                      "Signing in starts at an application, which sends you here.");
}

}  // namespace

std::expected<std::unique_ptr<Idp>, std::string> Idp::make(IdpOptions options, base::Clock& clock,
                                                           base::Rng& rng) {
  std::unique_ptr<Idp> idp(new Idp(std::move(options), clock, rng));
  for (const auto& company : companies()) {
    auto key = load_or_make_key(idp->options_.state, company, clock.now(), rng);
    if (!key) return std::unexpected(std::move(key).error());
    idp->keys_.push_back(*std::move(key));
  }
  return idp;
}

http::Response Idp::answer(const http::Request& request) {
  if (request.path == "/" && request.method != "POST") return start_page();
  std::size_t index = 0;
  for (const auto& company : companies()) {
    if (request.path == company.metadata_path) return metadata(index);
    if (request.path == path_of(company.sso_target)) return login(index, request);
    if (request.path == sign_in_path(company) && request.method == "POST") {
      return sign_in(index, request);
    }
    ++index;
  }
  return problem_page(404, "Nothing here", "This demo identity provider has no such page.");
}

http::Response Idp::start_page() const {
  std::string items;
  for (const auto& company : companies()) {
    const std::string link = options_.gateway_url + "/login?org=" + std::string(company.org) +
                             "&return_to=" + base::percent_encode(options_.app_url + "/");
    items += "<li><a style=\"--tone:" + std::string(company.accent) + "\" href=\"" +
             escape_markup(link) + "\"><strong>Sign in as someone of " + std::string(company.name) +
             "</strong><span>" + std::string(company.vendor_title) + " · ada@" +
             std::string(company.domain) + "</span></a></li>\n";
  }
  Page page;
  page.title = "doorward demo";
  page.body =
      "<p class=\"kicker\">doorward demo</p>\n<h1>Four companies, four identity providers, one "
      "application</h1>\n"
      "<p>Choose a company. Its identity provider asks who you are, the gateway checks what it "
      "says "
      "and makes you a member with read-only access, and an application that knows nothing of SAML "
      "greets you by name.</p>\n<ul class=\"choices\">\n" +
      items + "</ul>\n<p>Or open <a href=\"" + escape_markup(options_.app_url) +
      "/\">the application</a> first, as a person would, and type one of those addresses.</p>\n"
      "<p class=\"soft\">Everything runs on this machine. The identity providers are imitations "
      "that "
      "write what the real ones write, with keys of their own; nobody has a password here.</p>";
  return page_response(page);
}

http::Response Idp::metadata(std::size_t index) const {
  http::Response response;
  response.status = 200;
  response.body = idp_metadata(companies()[index], vendors()[index].issuer, options_.public_url,
                               keys_[index].certificate);
  response.add("Content-Type", "application/samlmetadata+xml").add("Cache-Control", "no-store");
  return response;
}

http::Response Idp::login(std::size_t index, const http::Request& request) const {
  const auto& company = companies()[index];
  const bool post = request.method == "POST";
  const auto fields = http::Fields::parse(post ? request.body : request.query);
  const std::string message = fields.get("SAMLRequest");
  if (!fields.valid() || message.empty()) return only_from_an_application(company);
  auto xml = post ? decode_post(message) : decode_redirect(message);
  if (!xml) return problem_page(400, "This request cannot be read", xml.error());
  const auto authn =
      read_authn_request(*std::move(xml), sso_url(options_, company), options_.gateway_url);
  if (!authn) return problem_page(400, "This request is refused", authn.error());

  Page page;
  page.title = std::string(company.name) + ": sign in";
  page.accent = company.accent;
  page.form_action = "*";  // the Response's form, and where the gateway leads from there
  page.body = "<p class=\"kicker\">" + std::string(company.vendor_title) + ", imitated</p>\n<h1>" +
              std::string(company.name) +
              ": who are you?</h1>\n<p class=\"soft\">A real identity provider would ask for a "
              "password. This one believes you.</p>\n" +
              form_start(company, *authn, fields.get("RelayState")) + choices(company) +
              "</form>\n" + form_start(company, *authn, fields.get("RelayState")) +
              someone_else(company) + "</form>";
  return page_response(page);
}

http::Response Idp::sign_in(std::size_t index, const http::Request& request) const {
  const auto& company = companies()[index];
  const auto fields = http::Fields::parse(request.body);
  auto xml = decode_post(fields.get("SAMLRequest"));
  if (!fields.valid() || !xml) return only_from_an_application(company);
  const auto authn =
      read_authn_request(*std::move(xml), sso_url(options_, company), options_.gateway_url);
  if (!authn) return problem_page(400, "This request is refused", authn.error());
  const auto person = chosen_person(company, fields);
  if (!person) return problem_page(400, "Nobody was chosen", "Go back and choose a person.");

  auto spec = vendors()[index].spec(
      {.sp_entity_id = authn->issuer, .acs_url = authn->acs_url, .request_id = authn->id}, *person,
      clock_.now(), rng_);
  spec.key = keys_[index];
  Page page;
  page.title = "Signing you in";
  page.accent = company.accent;
  page.form_action = "*";
  page.nonce = base::hex_encode(rng_.bytes(16));
  page.script = "document.forms[0].submit()";
  page.body = "<h1>Signing you in …</h1>\n<form method=\"post\" action=\"" +
              escape_markup(authn->acs_url) + "\">\n" +
              hidden_field("SAMLResponse", base::base64_encode(build_response(spec))) +
              hidden_field("RelayState", fields.get("RelayState")) +
              "<button class=\"main\">Continue</button>\n</form>";
  return page_response(page);
}

}  // namespace doorward::demo
