#pragma once

#include <optional>
#include <string_view>

#include "xml/document.h"
#include "xml/error.h"

namespace doorward::xml {

// What must be known before the parser sees the bytes: their size, encoding and XML declaration,
// and the attributes of each tag, which libxml2 compares pair by pair before it reports them.
// Linear. nullopt: the parser may have them. Errors: too_large, encoding, xml_version,
// too_many_attributes.
[[nodiscard]] std::optional<XmlError> prescan(std::string_view bytes, const Limits& limits);

}  // namespace doorward::xml
