#include "app/log.h"

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "base/json.h"
#include "certs/digest.h"

namespace doorward::app {
namespace {

constexpr std::array<std::string_view, 4> kPersonal = {"email", "name", "name_id", "ip"};

std::string_view name_of(base::Level level) {
  switch (level) {
    case base::Level::debug:
      return "debug";
    case base::Level::info:
      return "info";
    case base::Level::warning:
      return "warning";
    case base::Level::error:
      return "error";
  }
  return "error";
}

spdlog::level::level_enum spdlog_level(base::Level level) {
  switch (level) {
    case base::Level::debug:
      return spdlog::level::debug;
    case base::Level::info:
      return spdlog::level::info;
    case base::Level::warning:
      return spdlog::level::warn;
    case base::Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

base::Level base_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return base::Level::debug;
    case LogLevel::info:
      return base::Level::info;
    case LogLevel::warning:
      return base::Level::warning;
    case LogLevel::error:
      return base::Level::error;
  }
  return base::Level::info;
}

// As it is if it is one plain word, else quoted and escaped as JSON, whose strings hold no line
// break.
std::string logfmt_value(const std::string& value) {
  const bool plain = !value.empty() && std::ranges::all_of(value, [](char c) {
    return c > ' ' && c < 0x7F && c != '"' && c != '=' && c != '\\';
  });
  return plain ? value : base::dump_json(base::Json(value));
}

}  // namespace

class StreamLog::Impl {
 public:
  Impl(std::ostream& out, const LogSettings& settings, base::Clock& clock)
      : settings_(settings),
        clock_(clock),
        logger_("doorward", std::make_shared<spdlog::sinks::ostream_sink_mt>(out, true)) {
    logger_.set_pattern("%v");
    logger_.set_level(spdlog_level(base_level(settings.level)));
  }

  void write(base::Level level, std::string_view event, std::initializer_list<Field> fields) {
    const auto severity = spdlog_level(level);
    if (!logger_.should_log(severity)) return;
    Line line{{"time", base::format_instant(clock_.now())},
              {"level", std::string(name_of(level))},
              {"event", std::string(event)}};
    for (const auto& [name, value] : fields) add(line, name, value);
    logger_.log(severity, "{}",
                settings_.format == LogFormat::json ? json_line(line) : logfmt_line(line));
  }

 private:
  using Line = std::vector<std::pair<std::string, std::string>>;

  void add(Line& line, std::string_view name, const std::string& value) const {
    if (std::ranges::find(kPersonal, name) == kPersonal.end() || value.empty()) {
      line.emplace_back(name, value);
      return;
    }
    switch (settings_.personal) {
      case PersonalData::none:
        return;
      case PersonalData::hash:
        line.emplace_back(std::string(name) + "_hash",
                          base::hex_encode(certs::sha256(value)).substr(0, 16));
        return;
      case PersonalData::full:
        line.emplace_back(name, value);
        return;
    }
  }

  static std::string logfmt_line(const Line& line) {
    std::string text;
    for (const auto& [name, value] : line) {
      if (!text.empty()) text += ' ';
      text += name + "=" + logfmt_value(value);
    }
    return text;
  }

  // Not one JSON object value: its keys would be sorted, and people read the event first.
  static std::string json_line(const Line& line) {
    std::string text;
    for (const auto& [name, value] : line) {
      text += text.empty() ? '{' : ',';
      text += base::dump_json(base::Json(name)) + ":" + base::dump_json(base::Json(value));
    }
    return text + "}";
  }

  LogSettings settings_;
  base::Clock& clock_;
  spdlog::logger logger_;
};

StreamLog::StreamLog(std::ostream& out, const LogSettings& settings, base::Clock& clock)
    : impl_(std::make_unique<Impl>(out, settings, clock)) {}
StreamLog::~StreamLog() = default;

void StreamLog::write(base::Level level, std::string_view event,
                      std::initializer_list<Field> fields) {
  impl_->write(level, event, fields);
}

}  // namespace doorward::app
