#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/store/two_organizations.h"

// What every kind of store does is tested on Acme, beside a twin with look-alike rows that must
// stay as they are. A further kind joins with one line in conformance_test.cc.
namespace doorward::store {

using namespace tests;  // NOLINT(google-build-using-namespace): the values of these cases
using std::chrono::hours;
using std::chrono::seconds;

struct Kind {
  const char* name;
  std::function<std::unique_ptr<Store>(const TempFolder&, base::Log&)> make;
};

class StoreConformance : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    store_ = GetParam().make(folder_, log_);
    ASSERT_TRUE(store_);
    store_->on_effects([this](const Effects& effects) { told_.push_back(effects); });
    furnish(*store_, kAcme, kAcmeOkta);
    furnish(*store_, kTwin, kTwinOkta);
    twin_ = portrait_of_twin(*store_);
    ASSERT_NE(twin_.find("twin-ada-demo"), std::string::npos);
    told_.clear();
  }
  void TearDown() override { EXPECT_EQ(portrait_of_twin(*store_), twin_); }

  void write(const std::function<void(Tx&)>& body) {
    auto done = store_->write(kAcme, [&](Tx& tx) {
      body(tx);
      return Verdict::commit;
    });
    ASSERT_TRUE(done) << text_of(done.error());
  }
  void read(const std::function<void(Tx&)>& body) {
    auto done = store_->read(kAcme, body);
    ASSERT_TRUE(done) << text_of(done.error());
  }
  jit::Member member(const base::MemberId& id) {
    std::optional<jit::Member> found;
    read([&](Tx& tx) { found = tx.find_member(id); });
    return found.value();
  }
  bool has(std::string_view cookie) {
    return store_->find_session(hash(cookie)).value().has_value();
  }
  jit::LoginSnapshot snapshot(const LoginKeys& keys, base::Instant now = kNow) {
    jit::LoginSnapshot found;
    read([&](Tx& tx) { found = tx.login_snapshot(keys, now); });
    return found;
  }
  static LoginKeys keys(std::string name_id, std::string alt_subject, std::string address,
                        sp::EmailTrust trust = sp::EmailTrust::trusted) {
    LoginKeys made{subject(kAcmeOkta, std::move(name_id)), std::move(alt_subject), std::nullopt};
    if (!address.empty()) made.email = sp::Email{std::move(address), trust};
    return made;
  }

  TempFolder folder_;
  SilentLog log_;
  std::vector<Effects> told_;
  std::unique_ptr<Store> store_;
  std::string twin_;
};

}  // namespace doorward::store
