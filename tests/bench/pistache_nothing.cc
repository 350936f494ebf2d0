// Pistache as it comes, answering nothing at all: what forward_auth is compared with.
//   pistache_nothing PORT
#include <pistache/endpoint.h>
#include <signal.h>

#include <cstdlib>

namespace {

class Nothing : public Pistache::Http::Handler {
 public:
  HTTP_PROTOTYPE(Nothing)

  void onRequest(const Pistache::Http::Request& request,
                 Pistache::Http::ResponseWriter response) override {
    (void)request;
    response.send(Pistache::Http::Code::Ok);
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  Pistache::Http::Endpoint endpoint(Pistache::Address(
      Pistache::Ipv4::loopback(), Pistache::Port(static_cast<std::uint16_t>(std::atoi(argv[1])))));
  endpoint.init(Pistache::Http::Endpoint::options()
                    .threads(2)
                    .flags(Pistache::Tcp::Options::ReuseAddr | Pistache::Tcp::Options::NoDelay)
                    .maxRequestSize(16384));
  endpoint.setHandler(Pistache::Http::make_handler<Nothing>());
  endpoint.serveThreaded();
  int signal = 0;
  sigwait(&signals, &signal);
  endpoint.shutdown();
  return 0;
}
