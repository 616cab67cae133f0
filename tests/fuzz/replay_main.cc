// Runs a fuzz target without libFuzzer: every file of the seed corpora given, and deterministic
// mutations of each, so that the ordinary and the sanitizer builds exercise the parser as a test.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "common/base/hash.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

constexpr int kMutationsPerFile = 200;

void Run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
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
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) {
    std::fprintf(stderr, "no seed file in the corpora given\n");
    return 1;
  }
  Run("");
  for (const auto& path : files) {
    std::ifstream in(path, std::ios::binary);
    const std::string seed((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    Run(seed);
    for (int n = 0; n < kMutationsPerFile; ++n) Run(Mutate(seed, n));
  }
  std::printf("%zu seeds, %d mutations of each\n", files.size(), kMutationsPerFile);
  return 0;
}
