#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace doorward::tests {

// A resolver on loopback, over UDP and TCP, with the records that a test writes down. It knows how
// to be one that nobody should believe.
class DnsServer {
 public:
  enum class Mood {
    honest,        // answers longer than 1232 bytes are cut short over UDP
    silent,        // never answers
    servfail,      // RCODE 2
    refused,       // RCODE 5
    wrong_id,      // the answer to another question's id
    other_name,    // the answer to another question
    cut_short,     // the TC bit over UDP whatever the size; honest over TCP
    cut_for_ever,  // the TC bit over UDP, and TCP is closed without an answer
    looping_name,  // a compression pointer to itself
    broken_text,   // a string that is longer than its record
    no_bytes,      // a datagram of nothing
    referral,      // no error, no answer, neither AA nor RA
  };
  DnsServer();
  ~DnsServer();
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;

  [[nodiscard]] std::string address() const;  // "127.0.0.1:5301"
  void behave(Mood mood) { mood_ = mood; }
  // The TXT records of a name; none: the name is there and has no TXT record.
  void put(const std::string& name, const std::vector<std::string>& texts);
  void remove(const std::string& name);  // there is no such name any more
  void alias(const std::string& name, const std::string& target);
  [[nodiscard]] int asked() const { return asked_; }  // over UDP
  [[nodiscard]] int asked_by_tcp() const { return asked_by_tcp_; }

 private:
  void run(const std::stop_token& stop);
  void answer_datagram();
  void answer_stream();
  [[nodiscard]] std::string answer(std::string_view question, bool datagram);
  [[nodiscard]] std::string records_of(const std::string& name, std::uint16_t& count, int& rcode);

  std::atomic<Mood> mood_{Mood::honest};
  std::atomic<int> asked_{0};
  std::atomic<int> asked_by_tcp_{0};
  std::mutex mutex_;
  std::map<std::string, std::vector<std::string>> texts_;  // under mutex_
  std::map<std::string, std::string> aliases_;             // under mutex_
  std::uint16_t port_ = 0;
  int udp_ = -1;
  int tcp_ = -1;
  std::jthread thread_;
};

}  // namespace doorward::tests
