#pragma once

#include <string_view>

// Namespace names that SAML messages and metadata use.
namespace doorward::xml::names {

inline constexpr std::string_view kXml = "http://www.w3.org/XML/1998/namespace";
inline constexpr std::string_view kXs = "http://www.w3.org/2001/XMLSchema";
inline constexpr std::string_view kXsi = "http://www.w3.org/2001/XMLSchema-instance";
inline constexpr std::string_view kSamlp = "urn:oasis:names:tc:SAML:2.0:protocol";
inline constexpr std::string_view kSaml = "urn:oasis:names:tc:SAML:2.0:assertion";
inline constexpr std::string_view kMd = "urn:oasis:names:tc:SAML:2.0:metadata";
inline constexpr std::string_view kMdui = "urn:oasis:names:tc:SAML:metadata:ui";
inline constexpr std::string_view kMdrpi = "urn:oasis:names:tc:SAML:metadata:rpi";
inline constexpr std::string_view kMdattr = "urn:oasis:names:tc:SAML:metadata:attribute";
inline constexpr std::string_view kShibmd = "urn:mace:shibboleth:metadata:1.0";
inline constexpr std::string_view kAlg = "urn:oasis:names:tc:SAML:metadata:algsupport";
inline constexpr std::string_view kDs = "http://www.w3.org/2000/09/xmldsig#";
inline constexpr std::string_view kExcC14n = "http://www.w3.org/2001/10/xml-exc-c14n#";
inline constexpr std::string_view kXenc = "http://www.w3.org/2001/04/xmlenc#";
inline constexpr std::string_view kXenc11 = "http://www.w3.org/2009/xmlenc11#";
inline constexpr std::string_view kSoap = "http://schemas.xmlsoap.org/soap/envelope/";

}  // namespace doorward::xml::names
