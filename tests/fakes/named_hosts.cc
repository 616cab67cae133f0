// Names of the test's own: a library to be preloaded.
//
// getaddrinfo() of a name that the file $NAMED_HOSTS has (one a line: the name, then its addresses)
// gives these, as the file says at that moment; all other names are looked up as ever.
#include <dlfcn.h>
#include <netdb.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace {

using GetAddrInfo = int(const char*, const char*, const addrinfo*, addrinfo**);

GetAddrInfo* Real() {
  static auto* const real = reinterpret_cast<GetAddrInfo*>(dlsym(RTLD_NEXT, "getaddrinfo"));
  return real;
}

// The addresses of `name`, one behind the other; false: the file has no such name.
bool FindName(const std::string& name, std::istringstream& addresses) {
  const char* const path = std::getenv("NAMED_HOSTS");
  if (path == nullptr) return false;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    addresses = std::istringstream(line);
    std::string word;
    if (addresses >> word && word == name) return true;
  }
  return false;
}

}  // namespace

extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints,
                           addrinfo** result) {
  std::istringstream addresses;
  if (node == nullptr || !FindName(node, addresses)) return Real()(node, service, hints, result);
  addrinfo wanted = hints != nullptr ? *hints : addrinfo{};
  wanted.ai_flags = (wanted.ai_flags & ~(AI_ADDRCONFIG | AI_CANONNAME)) | AI_NUMERICHOST;
  *result = nullptr;
  addrinfo** end = result;
  for (std::string address; addresses >> address;) {
    if (const int error = Real()(address.c_str(), service, &wanted, end); error != 0) return error;
    while (*end != nullptr) end = &(*end)->ai_next;
  }
  return *result == nullptr ? EAI_NONAME : 0;
}
