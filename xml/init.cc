#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <xmlsec/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/xmlsec.h>

#include <cstdio>
#include <cstdlib>

#include "xml/document.h"

namespace doorward::xml {
namespace {

xmlParserInputPtr refuse_external(const char*, const char*, xmlParserCtxtPtr) {
  return nullptr;
}
void ignore_libxml2_error(void*, xmlErrorPtr) {}
void ignore_xmlsec_error(const char*, int, const char*, const char*, const char*, int,
                         const char*) {}

bool init_process() {
  xmlInitParser();
  xmlSetExternalEntityLoader(refuse_external);
  // The default callbacks print parts of the message to standard error.
  xmlThrDefSetStructuredErrorFunc(nullptr, ignore_libxml2_error);
  bool good = xmlSecInit() == 0 && xmlSecCheckVersion() == 1 && xmlSecCryptoAppInit(nullptr) == 0 &&
              xmlSecCryptoInit() == 0;
  if (!good) {
    std::fputs("xmlsec cannot be initialised\n", stderr);
    std::abort();
  }
  xmlSecErrorsSetCallback(ignore_xmlsec_error);
  return true;
}

bool init_thread() {
  // libxml2 keeps this one by thread, and a thread may be older than init_process.
  xmlSetStructuredErrorFunc(nullptr, ignore_libxml2_error);
  return true;
}

}  // namespace

void init() {
  [[maybe_unused]] static const bool process_ready = init_process();
  [[maybe_unused]] thread_local const bool thread_ready = init_thread();
}

}  // namespace doorward::xml
