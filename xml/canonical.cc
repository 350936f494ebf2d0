#include "xml/canonical.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "base/encoding.h"
#include "xml/names.h"
#include "xml/tree.h"

namespace doorward::xml {
namespace {

// What a byte is, as far as a decision hangs on it.
enum Class : std::uint8_t {
  kPlain,      // stands for itself
  kBlank,      // tab and LF: themselves in text, escaped in attributes
  kLess,       // '<'
  kGreater,    // '>': escaped in text, itself in attributes
  kQuote,      // '"': itself in text
  kAmpersand,  // begins an escape
  kFirstOfFf,  // the first byte of U+FFFE and U+FFFF, and of others
  kNever,      // control characters, CR among them
};

constexpr std::array<Class, 256> kClasses = [] {
  std::array<Class, 256> classes{};
  for (std::size_t c = 0; c < 0x20; ++c) classes[c] = kNever;
  classes['\t'] = classes['\n'] = kBlank;
  classes['<'] = kLess;
  classes['>'] = kGreater;
  classes['"'] = kQuote;
  classes['&'] = kAmpersand;
  classes[0xEF] = kFirstOfFf;
  return classes;
}();

struct Escape {
  std::string_view written;
  char meant;
  bool in_text;
  bool in_attribute;
};

constexpr std::array<Escape, 7> kEscapes = {{
    {"&amp;", '&', true, true},
    {"&lt;", '<', true, true},
    {"&gt;", '>', true, false},
    {"&quot;", '"', false, true},
    {"&#x9;", '\t', false, true},
    {"&#xA;", '\n', false, true},
    {"&#xD;", '\r', true, true},
}};

using Range = std::array<std::uint32_t, 2>;

// [XML 4], without the colon [Namespaces 4].
constexpr std::array<Range, 15> kNameStarts = {{{'A', 'Z'},
                                                {'_', '_'},
                                                {'a', 'z'},
                                                {0xC0, 0xD6},
                                                {0xD8, 0xF6},
                                                {0xF8, 0x2FF},
                                                {0x370, 0x37D},
                                                {0x37F, 0x1FFF},
                                                {0x200C, 0x200D},
                                                {0x2070, 0x218F},
                                                {0x2C00, 0x2FEF},
                                                {0x3001, 0xD7FF},
                                                {0xF900, 0xFDCF},
                                                {0xFDF0, 0xFFFD},
                                                {0x10000, 0xEFFFF}}};
// [XML 4a]: what a name may go on with as well.
constexpr std::array<Range, 5> kNameRests = {
    {{'-', '.'}, {'0', '9'}, {0xB7, 0xB7}, {0x300, 0x36F}, {0x203F, 0x2040}}};

constexpr bool within(std::span<const Range> ranges, std::uint32_t point) {
  return std::ranges::any_of(ranges, [&](Range r) { return point >= r[0] && point <= r[1]; });
}

constexpr std::uint8_t kStarts = 1;
constexpr std::uint8_t kGoesOn = 2;
constexpr std::array<std::uint8_t, 128> kAsciiNames = [] {
  std::array<std::uint8_t, 128> out{};
  for (std::uint32_t c = 0; c < 128; ++c) {
    if (within(kNameStarts, c)) out[c] = kStarts | kGoesOn;
    if (within(kNameRests, c)) out[c] |= kGoesOn;
  }
  return out;
}();

unsigned byte_at(const char* at) {
  return static_cast<unsigned char>(*at);
}

struct Point {
  std::uint32_t value;
  int length;
};

// The character at `at`, which is UTF-8.
Point point_at(const char* at) {
  const unsigned first = byte_at(at);
  if (first < 0x80) return {first, 1};
  const int length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  std::uint32_t value = first & (0xFFU >> static_cast<unsigned>(length + 1));
  for (int i = 1; i < length; ++i) value = value << 6U | (byte_at(at + i) & 0x3FU);
  return {value, length};
}

const xmlChar* chars(std::string_view text) {
  return reinterpret_cast<const xmlChar*>(text.data());
}

std::string_view view(const xmlChar* text) {
  return reinterpret_cast<const char*>(text);
}

}  // namespace

// Reads from left to right and ends each name and value, once it is read, with a NUL in the place
// of the delimiter that followed it.
class CanonicalTree::Reader {
 public:
  Reader(Tree& tree, std::string_view bytes, const Limits& limits)
      : tree_(tree), at_(tree.bytes(bytes.size() + 1)), end_(at_ + bytes.size()), limits_(limits) {
    std::memcpy(at_, bytes.data(), bytes.size());
    *end_ = '\0';
  }

  // The root; nullptr if the bytes are not canonical.
  [[nodiscard]] xmlNode* read() {
    if (at_ == end_ || *at_++ != '<' || !start_tag(nullptr)) return nullptr;
    xmlNode* root = open_.back().node;
    while (!open_.empty()) {
      if (!content()) return nullptr;
    }
    return at_ == end_ ? root : nullptr;
  }

 private:
  struct Name {
    std::string_view prefix;  // empty if there is none
    std::string_view local;
  };
  struct Open {
    Name name;
    xmlNode* node;
    std::size_t scope;  // of its parent
  };

  // An NCName; at_ is then after it.
  bool ncname(std::string_view& out) {
    const char* begin = at_;
    for (;;) {
      const unsigned c = byte_at(at_);
      const bool first = at_ == begin;
      if (c < 0x80) {
        if ((kAsciiNames[c] & (first ? kStarts : kGoesOn)) == 0) break;
        ++at_;
        continue;
      }
      const Point point = point_at(at_);
      if (!within(kNameStarts, point.value) && (first || !within(kNameRests, point.value))) break;
      at_ += point.length;
    }
    out = {begin, at_};
    return at_ != begin;
  }

  bool qname(Name& out) {
    if (!ncname(out.local)) return false;
    if (*at_ != ':') return true;
    out.prefix = out.local;
    *at_++ = '\0';
    return ncname(out.local);
  }

  // The character for the escape at at_, which is then after it; NUL if it is none of this place.
  char escape(bool in_text) {
    const std::string_view rest(at_, end_);
    for (const Escape& known : kEscapes) {
      if (!rest.starts_with(known.written)) continue;
      at_ += known.written.size();
      return (in_text ? known.in_text : known.in_attribute) ? known.meant : '\0';
    }
    return '\0';
  }

  bool is_noncharacter() const { return byte_at(at_ + 1) == 0xBF && byte_at(at_ + 2) >= 0xBE; }

  // Text up to '<', or the value of an attribute up to '"', without its escapes; at_ is then after
  // the delimiter, in the place of which there may now be a NUL.
  bool value(bool in_text, std::string_view& out) {
    char* const begin = at_;
    char* to = at_;
    for (; at_ != end_; ++at_) {
      switch (kClasses[byte_at(at_)]) {
        case kPlain:
          break;
        case kBlank:
          if (in_text) break;
          return false;
        case kLess:
          return in_text && finish_value(begin, to, out);
        case kGreater:
          if (!in_text) break;
          return false;
        case kQuote:
          if (in_text) break;
          return finish_value(begin, to, out);
        case kAmpersand: {
          const char meant = escape(in_text);
          if (meant == '\0') return false;
          *to++ = meant;
          --at_;
          continue;
        }
        case kFirstOfFf:
          if (!is_noncharacter()) break;
          return false;
        case kNever:
          return false;
      }
      *to++ = *at_;
    }
    return false;
  }

  bool finish_value(char* begin, char* to, std::string_view& out) {
    ++at_;
    *to = '\0';
    out = {begin, to};
    return true;
  }

  // After '<' and no '/'.
  bool start_tag(xmlNode* parent) {
    if (static_cast<int>(open_.size()) >= limits_.depth || ++elements_ > limits_.elements) {
      return false;
    }
    Open open{.name = {}, .node = nullptr, .scope = scope_.size()};
    if (!qname(open.name)) return false;
    char next = end_name();
    open.node = tree_.add_element(nullptr, parent, chars(open.name.local), nullptr);
    attributes_.clear();
    while (next == ' ') {
      if (!attribute(open.node, open.scope)) return false;
      next = *at_++;
    }
    if (next != '>') return false;
    if (!resolve(open.name.prefix, open.node->ns) || !add_attributes(open.node)) return false;
    open_.push_back(open);
    return true;
  }

  // The delimiter after a name, which becomes a NUL.
  char end_name() {
    const char delimiter = *at_;
    *at_ = '\0';
    if (at_ != end_) ++at_;
    return delimiter;
  }

  // After the blank: a namespace declaration, or an attribute to resolve when all of those are
  // known.
  bool attribute(xmlNode* node, std::size_t outer_scope) {
    Name name;
    std::string_view text;
    if (!qname(name) || end_name() != '=' || *at_++ != '"' || !value(false, text)) return false;
    const bool is_default = name.prefix.empty() && name.local == "xmlns";
    if (is_default || name.prefix == "xmlns") {
      return attributes_.empty() &&
             declare(node, is_default ? std::string_view() : name.local, text, outer_scope);
    }
    attributes_.push_back({name, text});
    return count_fits(outer_scope);
  }

  bool count_fits(std::size_t outer_scope) const {
    return attributes_.size() + scope_.size() - outer_scope <=
           static_cast<std::size_t>(limits_.attributes);
  }

  // In order, and never what is already so.
  bool declare(xmlNode* node, std::string_view prefix, std::string_view uri,
               std::size_t outer_scope) {
    if (scope_.size() != outer_scope && prefix <= last_prefix_) return false;
    last_prefix_ = prefix;
    if (prefix == "xml" || prefix == "xmlns" || uri == names::kXml ||
        uri == "http://www.w3.org/2000/xmlns/") {
      return false;
    }
    const xmlNs* before = scope_.find(prefix);
    const std::string_view uri_before = before == nullptr ? std::string_view() : view(before->href);
    if (uri == uri_before || (uri.empty() && !prefix.empty())) return false;
    scope_.push(tree_.declare(node, prefix.empty() ? nullptr : chars(prefix), chars(uri)));
    // Every name is looked up among them; that of "xml" was not declared.
    return count_fits(outer_scope) &&
           scope_.size() - 1 <= 2 * static_cast<std::size_t>(limits_.attributes);
  }

  // The namespace of an element's prefix; nullptr in `out` if it has none.
  bool resolve(std::string_view prefix, xmlNs*& out) const {
    xmlNs* ns = scope_.find(prefix);
    if (ns == nullptr) return prefix.empty();
    out = *ns->href == '\0' ? nullptr : ns;
    return true;
  }

  bool add_attributes(xmlNode* node) {
    xmlAttr* last = nullptr;
    for (const auto& [name, text] : attributes_) {
      xmlNs* ns = nullptr;
      if (!name.prefix.empty() && !resolve(name.prefix, ns)) return false;
      xmlAttr* attribute = tree_.add_attribute(node, last, chars(name.local), ns, chars(text));
      const bool known = name.prefix != "xml" || name.local == "lang" || name.local == "space";
      if (!known || (last != nullptr && !in_order(*last, *attribute))) return false;
      last = attribute;
    }
    return true;
  }

  // By namespace, then by name [C14N 2.2]; so none stands there twice.
  static bool in_order(const xmlAttr& before, const xmlAttr& after) {
    const auto key = [](const xmlAttr& at) {
      return std::pair(at.ns == nullptr ? std::string_view() : view(at.ns->href), view(at.name));
    };
    return key(before) < key(after);
  }

  // Text up to the next tag, and that tag.
  bool content() {
    std::string_view text;
    if (!value(true, text)) return false;
    if (!text.empty()) tree_.add_text(open_.back().node, chars(text));
    if (*at_ != '/') return start_tag(open_.back().node);
    ++at_;
    return end_tag();
  }

  bool end_tag() {
    const Open& open = open_.back();
    const auto skip = [&](std::string_view expected) {
      if (!std::string_view(at_, end_).starts_with(expected)) return false;
      at_ += expected.size();
      return true;
    };
    if (!open.name.prefix.empty() && (!skip(open.name.prefix) || !skip(":"))) return false;
    if (!skip(open.name.local) || !skip(">")) return false;
    scope_.shrink(open.scope);
    open_.pop_back();
    return true;
  }

  struct Attribute {
    Name name;
    std::string_view value;
  };

  Tree& tree_;
  char* at_;
  char* const end_;  // a NUL stands there, which is part of nothing
  const Limits& limits_;
  int elements_ = 0;
  std::vector<Open> open_;
  Scope scope_{tree_};
  std::string_view last_prefix_;       // that was declared
  std::vector<Attribute> attributes_;  // of the start tag at hand
};

std::optional<CanonicalTree> CanonicalTree::read(std::string_view bytes, const Limits& limits) {
  if (!base::is_utf8(bytes)) return std::nullopt;
  auto tree = std::make_unique<Tree>();
  xmlNode* root = Reader(*tree, bytes, limits).read();
  if (root == nullptr) return std::nullopt;
  return CanonicalTree(std::move(tree), root);
}

CanonicalTree::CanonicalTree(std::unique_ptr<Tree> tree, _xmlNode* root)
    : tree_(std::move(tree)), root_(root) {}
CanonicalTree::CanonicalTree(CanonicalTree&&) noexcept = default;
CanonicalTree& CanonicalTree::operator=(CanonicalTree&&) noexcept = default;
CanonicalTree::~CanonicalTree() = default;

}  // namespace doorward::xml
