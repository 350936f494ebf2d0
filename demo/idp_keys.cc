#include "demo/idp_keys.h"

#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace doorward::demo {

namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  return file.good() && chmod(path.c_str(), S_IRUSR | S_IWUSR) == 0;
}

}  // namespace

std::expected<SigningKey, std::string> load_or_make_key(const std::string& folder,
                                                        const Company& company, base::Instant now,
                                                        base::Rng& rng) {
  const std::filesystem::path base = std::filesystem::path(folder) / company.vendor;
  const std::filesystem::path key_path = base.string() + ".key.pem";
  const std::filesystem::path certificate_path = base.string() + ".cert.pem";
  std::error_code ignored;
  if (std::filesystem::exists(certificate_path, ignored)) {
    auto key = certs::PrivateKey::parse_pem(read(key_path));
    auto certificate = certs::Certificate::parse_pem(read(certificate_path));
    if (!key || !certificate) return std::unexpected(base.string() + ".*.pem cannot be read");
    return SigningKey{*std::move(key), *std::move(certificate)};
  }

  std::filesystem::create_directories(folder, ignored);
  chmod(folder.c_str(), S_IRWXU);
  const auto key = certs::PrivateKey::generate_rsa();
  const auto certificate = certs::make_self_signed(
      key, std::string(company.vendor_title) + " of " + std::string(company.name),
      now - std::chrono::hours(1), now + std::chrono::days(365 * company.certificate_years), rng);
  if (!write(key_path, key.pem()) || !write(certificate_path, certificate.pem())) {
    return std::unexpected(folder + " cannot be written to");
  }
  return SigningKey{key, certificate};
}

}  // namespace doorward::demo
