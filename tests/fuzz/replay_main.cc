// Runs a folder's fuzz targets without libFuzzer: every file of the seed corpora given, and
// deterministic mutations of each, so that the ordinary and the sanitizer builds exercise the
// parsers as tests.
//
// usage: PROGRAM TARGET CORPUS...
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/hash.h"

// The build names each target's entry Fuzz_<parser> and lists them as TARGET(parser)...
#define TARGET(parser) extern "C" int Fuzz_##parser(const uint8_t* data, size_t size);
SPECCTL_FUZZ_TARGETS
#undef TARGET

namespace {

constexpr int kMutationsPerFile = 200;

using Entry = int (*)(const uint8_t* data, size_t size);

// nullptr: there is no such target.
Entry EntryOf(std::string_view name) {
#define TARGET(parser) \
  if (name == #parser) return Fuzz_##parser;
  SPECCTL_FUZZ_TARGETS
#undef TARGET
  return nullptr;
}

void Run(Entry entry, const std::string& input) {
  entry(reinterpret_cast<const uint8_t*>(input.data()), input.size());
}

// Mutation number `n` of `seed`: cut, flip, delete or repeat somewhere.
std::string Mutate(const std::string& seed, uint64_t n) {
  std::string input = seed;
  for (uint64_t edit = 0; edit <= n % 4 && !input.empty(); ++edit) {
    const uint64_t random = specctl::SplitMix64(n * 8 + edit);
    const size_t at = (random >> 8) % input.size();
    const size_t length = std::min<size_t>(1 + (random >> 40) % 16, input.size() - at);
    switch (random % 4) {
      case 0:
        input.resize(at);
        break;
      case 1:
        input[at] = static_cast<char>(random >> 56);
        break;
      case 2:
        input.erase(at, length);
        break;
      default:
        input.insert(at, input.substr(at, length));
        break;
    }
  }
  return input;
}

}  // namespace

int main(int argc, char** argv) {
  const Entry entry = argc > 1 ? EntryOf(argv[1]) : nullptr;
  if (entry == nullptr) {
    std::fprintf(stderr, "usage: %s TARGET CORPUS...\n", argv[0]);
    return 2;
  }
  std::vector<std::filesystem::path> files;
  for (int i = 2; i < argc; ++i) {
    for (const auto& file : std::filesystem::directory_iterator(argv[i])) {
      files.push_back(file.path());
    }
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) {
    std::fprintf(stderr, "no seed file in the corpora given\n");
    return 1;
  }
  Run(entry, "");
  for (const auto& path : files) {
    std::ifstream in(path, std::ios::binary);
    const std::string seed((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    Run(entry, seed);
    for (int n = 0; n < kMutationsPerFile; ++n) Run(entry, Mutate(seed, n));
  }
  std::printf("%zu seeds, %d mutations of each\n", files.size(), kMutationsPerFile);
  return 0;
}
