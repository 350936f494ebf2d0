#include "app/clock_watch.h"

#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace doorward::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class Watch : public ::testing::Test {
 protected:
  // Time passes; the wall clock is set besides.
  std::optional<base::Duration> after(base::Duration passed, base::Duration set = {}) {
    wall_ += passed + set;
    steady_ += passed;
    return watch_.look(wall_, steady_);
  }
  ClockWatch watch_;

 private:
  base::Instant wall_ = tests::at("2026-05-04T09:00:00Z");
  std::chrono::steady_clock::time_point steady_{};
};

TEST_F(Watch, StaysCalmWhileTimePasses) {
  EXPECT_FALSE(after(seconds(0)));
  EXPECT_FALSE(after(seconds(30)));
  EXPECT_FALSE(after(hours(5))) << "the machine may have been busy";
  EXPECT_FALSE(after(seconds(30), minutes(2))) << "that much is put right quietly";
  EXPECT_TRUE(watch_.calm());
}

TEST_F(Watch, IsNotCalmForAQuarterOfAnHourAfterAStep) {
  (void)after(seconds(0));
  for (const base::Duration step : {base::Duration(hours(3)), base::Duration(-hours(3))}) {
    EXPECT_EQ(after(seconds(30), step), step);
    EXPECT_FALSE(watch_.calm());
    EXPECT_FALSE(after(minutes(14)));
    EXPECT_FALSE(watch_.calm());
    EXPECT_FALSE(after(minutes(1)));
    EXPECT_TRUE(watch_.calm()) << "whoever set it meant it";
  }
}

TEST_F(Watch, BeginsAnewWithEachStep) {
  (void)after(seconds(0));
  (void)after(seconds(30), hours(1));
  EXPECT_EQ(after(minutes(10), -hours(1)), -base::Duration(hours(1)));
  (void)after(minutes(14));
  EXPECT_FALSE(watch_.calm());
}

}  // namespace
}  // namespace doorward::app
