#include "app/log.h"

#include <gtest/gtest.h>

#include <sstream>

#include "tests/support/world.h"

namespace doorward::app {
namespace {

std::string line_of(const LogSettings& settings, base::Level level,
                    std::initializer_list<base::Log::Field> fields) {
  std::ostringstream out;
  tests::HandClock clock(tests::at("2024-05-01T12:00:00Z"));
  StreamLog log(out, settings, clock);
  log.write(level, "login.denied", fields);
  return out.str();
}

TEST(StreamLog, WritesLogfmtWithTimeLevelAndEventFirst) {
  EXPECT_EQ(line_of({}, base::Level::warning, {{"rule", "L18"}, {"reason", "no member"}}),
            "time=2024-05-01T12:00:00Z level=warning event=login.denied rule=L18 "
            "reason=\"no member\"\n");
}

TEST(StreamLog, WritesJson) {
  LogSettings settings;
  settings.format = LogFormat::json;
  EXPECT_EQ(line_of(settings, base::Level::info, {{"rule", "a\"b\n"}}),
            "{\"time\":\"2024-05-01T12:00:00Z\",\"level\":\"info\",\"event\":\"login.denied\","
            "\"rule\":\"a\\\"b\\n\"}\n");
}

TEST(StreamLog, KeepsOneEventOnOneLineWhateverTheValueHolds) {
  for (const auto format : {LogFormat::logfmt, LogFormat::json}) {
    LogSettings settings;
    settings.format = format;
    const auto line = line_of(settings, base::Level::info,
                              {{"x", "a\nlevel=error event=forged\r\x1b[31m\xff {} %v"}});
    EXPECT_EQ(line.find('\n'), line.size() - 1) << line;
    EXPECT_EQ(line.find('\x1b'), line.npos) << line;
    EXPECT_EQ(line.find('\r'), line.npos) << line;
    EXPECT_NE(line.find("{} %v"), line.npos) << line;
  }
}

TEST(StreamLog, LeavesOutWhatIsBelowItsLevel) {
  LogSettings settings;
  settings.level = LogLevel::warning;
  EXPECT_EQ(line_of(settings, base::Level::info, {}), "");
  EXPECT_NE(line_of(settings, base::Level::error, {}), "");
}

TEST(StreamLog, WritesPersonalDataAsTheOperatorChose) {
  LogSettings settings;
  const auto written = [&settings](PersonalData personal) {
    settings.personal = personal;
    return line_of(settings, base::Level::info, {{"email", "ada@acme.com"}});
  };
  EXPECT_EQ(written(PersonalData::none).find("email"), std::string::npos);
  EXPECT_NE(written(PersonalData::full).find("email=ada@acme.com"), std::string::npos);
  // printf ada@acme.com | sha256sum
  EXPECT_NE(written(PersonalData::hash).find("email_hash=154e1e0a1872533d"), std::string::npos);
  EXPECT_EQ(written(PersonalData::hash).find("ada"), std::string::npos);
}

}  // namespace
}  // namespace doorward::app
