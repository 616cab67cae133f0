#include "tools/specctl/certs_command.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <absl/status/statusor.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "common/base/clock.h"
#include "common/security/certificate_folder.h"
#include "common/security/peer_role.h"
#include "tools/flags/help_page.h"
#include "tools/flags/whole_number.h"
#include "tools/specctl/exit_status.h"
#include "tools/specctl/failure_text.h"
#include "tools/specctl/print_page.h"

namespace specctl::cli {
namespace {

constexpr uint64_t kDaysMax = 36'525;  // 100 years

struct CertsFlags {
  std::string folder;
  std::vector<std::string> names;
  std::string role;
  uint64_t days = 365, ca_days = 3650;
};

std::chrono::seconds Days(uint64_t days) {
  return std::chrono::hours(24) * static_cast<int64_t>(days);
}

int CertsFailed(const absl::Status& why) { return Complain("specctl certs", why, kBadInput); }

// "pki/" is the folder "pki".
std::string GivenFolder(const CertsFlags& flags) {
  std::string folder = flags.folder;
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  return folder;
}

std::string CertificatesTable(const std::vector<ListedCertificate>& all, UnixTime now) {
  const auto names = [](const ListedCertificate& one) {
    // The authority is told from others by its own name; a role's is known.
    const bool is_role = RoleOfCommonName(one.facts.common_name).has_value();
    return is_role ? absl::StrJoin(one.facts.names, ", ") : one.facts.common_name;
  };
  size_t what_width = 0, names_width = 0;
  for (const auto& one : all) {
    what_width = std::max(what_width, one.what.size());
    names_width = std::max(names_width, names(one).size());
  }
  std::string out;
  for (const auto& one : all) {
    out += absl::StrFormat("%-*s  %-*s  %s  %s\n", what_width, one.what, names_width, names(one),
                           DateText(one.facts.not_after), ExpiryText(one.facts.not_after, now));
  }
  for (const auto& one : all) {
    if (!one.warning.empty()) out += absl::StrFormat("warning: %s\n", one.warning);
  }
  return out;
}

int ShowCertificates(const CertsFlags& flags, UnixTime now) {
  const auto all = ListCertificates(GivenFolder(flags));
  if (!all.ok()) return CertsFailed(all.status());
  const absl::Status printed = PrintPage(CertificatesTable(*all, now), std::cout);
  return printed.ok() ? kDone : CertsFailed(printed);
}

int InitCertificates(const CertsFlags& flags) {
  const UnixTime now = UnixNow();
  const absl::Status made = MakeCertificateFolder({.folder = GivenFolder(flags),
                                                   .names = flags.names,
                                                   .now = now,
                                                   .lifetime = Days(flags.days),
                                                   .authority_lifetime = Days(flags.ca_days)});
  return made.ok() ? ShowCertificates(flags, now) : CertsFailed(made);
}

int RenewFolder(const CertsFlags& flags) {
  const UnixTime now = UnixNow();
  const absl::Status renewed = RenewCertificates({.folder = GivenFolder(flags),
                                                  .role = RoleNamed(flags.role),
                                                  .names = flags.names,
                                                  .now = now,
                                                  .lifetime = Days(flags.days)});
  return renewed.ok() ? ShowCertificates(flags, now) : CertsFailed(renewed);
}

void AddFolder(CLI::App& command, CertsFlags& flags) {
  command.add_option("DIR", flags.folder, "The folder of the authority and the certificates")
      ->required();
}

void AddNamesAndDays(CLI::App& command, CertsFlags& flags, const std::string& names_help) {
  using ::specctl::flags::WholeNumber;
  command.add_option("--name", flags.names, names_help)->allow_extra_args(false);
  command.add_option("--days", flags.days, "Days that certificates are valid for [365]")
      ->transform(WholeNumber(1, kDaysMax));
}

}  // namespace

void AddCertsCommand(CLI::App& app, int& exit_status) {
  using ::specctl::flags::WholeNumber;
  CLI::App* const certs = app.add_subcommand(
      "certs", "Make, renew and show the TLS certificates of controller, agents and clients");
  certs->require_subcommand(1);
  const auto flags = std::make_shared<CertsFlags>();

  CLI::App* const init = certs->add_subcommand(
      "init", "Make an authority, and a folder of TLS files for each of the three roles");
  AddFolder(*init, *flags);
  AddNamesAndDays(*init, *flags,
                  "DNS name or IP address that the controller is dialled by, beside localhost; "
                  "repeatable");
  init->add_option("--ca-days", flags->ca_days, "Days that the authority is valid for [3650]")
      ->transform(WholeNumber(1, kDaysMax));
  ::specctl::flags::SetHelp(
      *init, {.examples = {{.what = "for a controller on the host load-1",
                            .line = "specctl certs init pki --name load-1 --name 10.0.0.7"}},
              .groups = {}});
  init->callback([flags, &exit_status] { exit_status = InitCertificates(*flags); });

  CLI::App* const renew = certs->add_subcommand(
      "renew", "Make new certificates, of the same authority; running processes take them");
  AddFolder(*renew, *flags);
  renew->add_option("--role", flags->role, "Only of this role: controller, agent or client")
      ->check(CLI::IsMember({"controller", "agent", "client"}));
  AddNamesAndDays(*renew, *flags,
                  "As for init; without it the controller's certificate keeps its names");
  renew->callback([flags, &exit_status] { exit_status = RenewFolder(*flags); });

  CLI::App* const show = certs->add_subcommand(
      "show", "Show the certificates of a folder, or of one role's: names and when they expire");
  AddFolder(*show, *flags);
  show->callback([flags, &exit_status] { exit_status = ShowCertificates(*flags, UnixNow()); });
}

}  // namespace specctl::cli
