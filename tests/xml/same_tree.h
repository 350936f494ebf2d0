#pragma once

#include <libxml/tree.h>

#include <algorithm>
#include <string>
#include <vector>

#include "xml/document.h"

// A tree as text that shows everything a reader could see of it, for comparing two of them.
namespace doorward::tests {

inline void write(xml::Element element, std::string& out) {
  const auto text = [](const xmlChar* at) {
    return at == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(at));
  };
  out.append("<{").append(element.ns()).append("}").append(element.name());
  std::vector<std::string> attributes;
  for (const xmlAttr* at = element.native()->properties; at != nullptr; at = at->next) {
    const std::string ns = at->ns == nullptr ? "" : text(at->ns->href);
    const std::string name = text(at->name);
    attributes.push_back(" {" + ns + "}" + name + "=[" + *element.attribute(ns, name) + "]");
  }
  std::ranges::sort(attributes);
  for (const auto& attribute : attributes) out += attribute;
  out += ">";
  for (xmlNode* at = element.native()->children; at != nullptr; at = at->next) {
    if (at->type == XML_ELEMENT_NODE) {
      write(xml::Element(at), out);
    } else {
      out += "[" + text(at->content) + "]";
    }
  }
  out += "</>";
}

[[nodiscard]] inline std::string written(xml::Element element) {
  std::string out;
  write(element, out);
  return out;
}

}  // namespace doorward::tests
