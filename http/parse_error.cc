#include "http/parser.h"

namespace doorward::http {

int status_of(ParseError error) {
  switch (error) {
    case ParseError::bare_cr:
    case ParseError::bare_lf:
    case ParseError::control_byte:
    case ParseError::leading_space:
    case ParseError::empty_line:
    case ParseError::request_line:
    case ParseError::target_form:
    case ParseError::target_byte:
    case ParseError::target_dots:
    case ParseError::header_line:
    case ParseError::host_count:
    case ParseError::host_invalid:
    case ParseError::length_repeated:
    case ParseError::length_invalid:
    case ParseError::length_and_coding:
    case ParseError::coding_repeated:
    case ParseError::coding_on_http10:
    case ParseError::connection_invalid:
    case ParseError::chunk_size:
    case ParseError::chunk_extension:
    case ParseError::chunk_end:
    case ParseError::trailer_invalid:
      return 400;
    case ParseError::body_too_large:
      return 413;
    case ParseError::target_too_long:
      return 414;
    case ParseError::expectation_unknown:
      return 417;
    case ParseError::head_too_large:
    case ParseError::too_many_lines:
    case ParseError::trailer_too_large:
      return 431;
    case ParseError::method_unknown:
    case ParseError::coding_unknown:
      return 501;
    case ParseError::version_unknown:
      return 505;
  }
  return 400;
}

std::string_view name_of(ParseError error) {
  switch (error) {
    case ParseError::bare_cr:
      return "bare_cr";
    case ParseError::bare_lf:
      return "bare_lf";
    case ParseError::control_byte:
      return "control_byte";
    case ParseError::leading_space:
      return "leading_space";
    case ParseError::empty_line:
      return "empty_line";
    case ParseError::head_too_large:
      return "head_too_large";
    case ParseError::too_many_lines:
      return "too_many_lines";
    case ParseError::request_line:
      return "request_line";
    case ParseError::method_unknown:
      return "method_unknown";
    case ParseError::version_unknown:
      return "version_unknown";
    case ParseError::target_too_long:
      return "target_too_long";
    case ParseError::target_form:
      return "target_form";
    case ParseError::target_byte:
      return "target_byte";
    case ParseError::target_dots:
      return "target_dots";
    case ParseError::header_line:
      return "header_line";
    case ParseError::host_count:
      return "host_count";
    case ParseError::host_invalid:
      return "host_invalid";
    case ParseError::length_repeated:
      return "length_repeated";
    case ParseError::length_invalid:
      return "length_invalid";
    case ParseError::length_and_coding:
      return "length_and_coding";
    case ParseError::coding_repeated:
      return "coding_repeated";
    case ParseError::coding_on_http10:
      return "coding_on_http10";
    case ParseError::coding_unknown:
      return "coding_unknown";
    case ParseError::connection_invalid:
      return "connection_invalid";
    case ParseError::expectation_unknown:
      return "expectation_unknown";
    case ParseError::body_too_large:
      return "body_too_large";
    case ParseError::chunk_size:
      return "chunk_size";
    case ParseError::chunk_extension:
      return "chunk_extension";
    case ParseError::chunk_end:
      return "chunk_end";
    case ParseError::trailer_invalid:
      return "trailer_invalid";
    case ParseError::trailer_too_large:
      return "trailer_too_large";
  }
  return "unknown";
}

}  // namespace doorward::http
