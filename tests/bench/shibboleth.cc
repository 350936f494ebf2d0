#include "tests/bench/shibboleth.h"

#include <sys/stat.h>

#include <filesystem>

#include "tests/bench/load.h"
#include "tests/bench/post.h"
#include "tests/bench/report.h"

namespace doorward::bench {
namespace {

constexpr const char* kApache = "/usr/sbin/apache2";
constexpr const char* kShibd = "/usr/sbin/shibd";
constexpr const char* kModules = "/usr/lib/apache2/modules";
constexpr const char* kEntity = "https://shib.bench.example/sp";
constexpr const char* kHost = "shib.localhost:8000";
constexpr const char* kAcsPath = "/Shibboleth.sso/SAML2/POST";
constexpr std::size_t kClients = 8;

std::string sp_configuration(const std::string& folder) {
  return R"(<SPConfig xmlns="urn:mace:shibboleth:3.0:native:sp:config" clockSkew="180">
  <OutOfProcess logger="/etc/shibboleth/console.logger"/>
  <InProcess logger="/etc/shibboleth/console.logger"/>
  <UnixListener address=")" +
         folder + R"(/shibd.sock"/>
  <ApplicationDefaults entityID=")" +
         kEntity + R"(" REMOTE_USER="mail">
    <Sessions lifetime="28800" timeout="3600" relayState="ss:mem" checkAddress="false"
              consistentAddress="false" handlerSSL="false" cookieProps="http" redirectLimit="none">
      <SSO entityID=")" +
         Installation::kIdp + R"(">SAML2</SSO>
    </Sessions>
    <MetadataProvider type="XML" validate="false" path=")" +
         folder + R"(/idp.xml"/>
    <AttributeExtractor type="XML" validate="false" reloadChanges="false" path=")" +
         folder + R"(/attribute-map.xml"/>
  </ApplicationDefaults>
  <SecurityPolicyProvider type="XML" validate="true" path="/etc/shibboleth/security-policy.xml"/>
  <ProtocolProvider type="XML" validate="true" reloadChanges="false"
                    path="/etc/shibboleth/protocols.xml"/>
</SPConfig>
)";
}

std::string idp_metadata(const Installation& installation) {
  return R"(<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID=")" +
         std::string(Installation::kIdp) +
         R"("><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
<X509Certificate>)" +
         installation.idp_key.certificate.base64() +
         R"(</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location=")" +
         Installation::kIdp + R"(/sso"/></IDPSSODescriptor></EntityDescriptor>
)";
}

// The nine attributes, so that it reads them as we do.
std::string attribute_map() {
  std::string map =
      R"(<Attributes xmlns="urn:mace:shibboleth:2.0:attribute-map" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">)";
  const auto add = [&map](const std::string& name, const std::string& id) {
    map += "\n<Attribute name=\"" + name +
           "\" nameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified\" id=\"" + id +
           "\"/>";
  };
  const std::string microsoft = "http://schemas.microsoft.com/identity/claims/";
  const std::string xmlsoap = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/";
  add(microsoft + "tenantid", "tenant");
  add(microsoft + "objectidentifier", "object");
  add(microsoft + "displayname", "displayName");
  add("http://schemas.microsoft.com/ws/2008/06/identity/claims/groups", "groups");
  add(microsoft + "identityprovider", "idp");
  add("http://schemas.microsoft.com/claims/authnmethodsreferences", "methods");
  add(xmlsoap + "givenname", "givenName");
  add(xmlsoap + "surname", "sn");
  add(xmlsoap + "emailaddress", "mail");
  return map + "\n</Attributes>\n";
}

std::string apache_configuration(const std::string& folder, std::uint16_t port) {
  std::string text;
  for (const char* module : {"mpm_event", "authn_core", "authz_core", "authz_user", "shib"}) {
    const std::string name = std::string(module) == "shib" ? "mod_shib" : std::string(module);
    text += "LoadModule " + name + (name == "mod_shib" ? "" : "_module") + " " + kModules +
            "/mod_" + module + ".so\n";
  }
  return text + "ServerName http://" + kHost +
         "\nUseCanonicalName On\nListen 127.0.0.1:" + std::to_string(port) + "\nPidFile " + folder +
         "/apache.pid\nErrorLog " + folder + "/apache-error.log\nDefaultRuntimeDir " + folder +
         "\nUser www-data\nGroup www-data\nKeepAlive On\nMaxKeepAliveRequests 0\n"
         "KeepAliveTimeout 60\nDocumentRoot " +
         folder + "/site\nShibConfig " + folder +
         "/shibboleth2.xml\n<Location />\n  AuthType shibboleth\n  ShibRequestSetting "
         "requireSession 0\n  Require shibboleth\n</Location>\n";
}

bool is_login(int status, std::string_view head) {
  return status == 302 && head.find("Set-Cookie: _shibsession_") != std::string_view::npos;
}

LoadResult measure(Installation& installation, std::uint16_t port, std::size_t messages,
                   const std::function<std::size_t(std::size_t)>& person) {
  const std::string acs = std::string("http://") + kHost + kAcsPath;
  const auto requests = in_parallel(messages, [&](std::size_t i) {
    return post_of(kHost, kAcsPath, "", installation.respond(kEntity, acs, "", person(i)),
                   std::string("http://") + kHost + "/");
  });
  return run_load(requests, {.port = port, .clients = kClients, .seconds = 0, .right = is_login});
}

}  // namespace

ShibbolethResult measure_shibboleth(Installation& installation, const std::string& root,
                                    std::size_t messages) {
  ShibbolethResult result;
  if (!std::filesystem::exists(kApache) || !std::filesystem::exists(kShibd)) {
    result.why_not = "the packages apache2 and libapache2-mod-shib are not installed";
    return result;
  }
  const std::string folder = root + "/shibboleth";
  std::filesystem::create_directories(folder + "/site");
  // Apache's workers are another user, who must get at the socket.
  ::chmod(root.c_str(), 0755);
  const std::uint16_t port = free_port();
  write_file(folder + "/shibboleth2.xml", sp_configuration(folder));
  write_file(folder + "/idp.xml", idp_metadata(installation));
  write_file(folder + "/attribute-map.xml", attribute_map());
  write_file(folder + "/apache.conf", apache_configuration(folder, port));

  Child shibd({kShibd, "-F", "-f", "-c", folder + "/shibboleth2.xml", "-p", folder + "/shibd.pid"},
              folder + "/shibd.log");
  const std::string socket = folder + "/shibd.sock";
  await(shibd, "shibd", [&] { return std::filesystem::exists(socket); });
  ::chmod(socket.c_str(), 0777);
  Child apache({kApache, "-d", folder, "-f", folder + "/apache.conf", "-DFOREGROUND"},
               folder + "/apache.log");
  await(apache, "apache", [&] {
    return status_of(ask(port, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")) != 0;
  });

  const auto warm = measure(installation, port, 100, [](std::size_t i) { return i; });
  if (warm.wrong > 0) {
    result.why_not = "Shibboleth refused a login: " + warm.first_wrong.substr(0, 200);
    return result;
  }
  const auto fresh = measure(installation, port, messages, [](std::size_t i) { return 1000 + i; });
  // Its cost grows with the sessions of a person: fewer messages, or it never ends.
  const auto same = measure(installation, port, messages / 4, [](std::size_t) { return 7; });
  if (fresh.wrong > 0 || same.wrong > 0) {
    result.why_not = "Shibboleth refused a login: " + (fresh.first_wrong + same.first_wrong);
    return result;
  }
  result.everyone_new = fresh.per_second();
  result.p99 = fresh.percentile(0.99);
  result.one_person = same.per_second();
  return result;
}

}  // namespace doorward::bench
