// A process that plays a spawned agent:  fake_agent MODE --spawned-fd N
//
// MODE  finish  sends one batch with one request, waits until it is on disk, and is done
//       hang    goes on with heartbeats until it is killed or its descriptor's stream ends
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>

#include "common/base/die_with_parent.h"
#include "tests/fakes/fake_agent.h"

namespace {

using specctl::AgentBatch;
using specctl::Outcome;
using specctl::fakes::FakeAgent;

std::string ReadLine(int fd) {
  std::string line;
  for (char c = 0; read(fd, &c, 1) == 1 && c != '\n';) line += c;
  return line;
}

int Run(const std::string& mode, int fd) {
  std::istringstream line(ReadLine(fd));
  FakeAgent::Options options;
  uint32_t number = 0;
  line >> options.address >> options.join_token >> number;
  options.spawn_number = number;
  options.incarnation = static_cast<uint64_t>(getpid());
  FakeAgent agent(options);
  if (!agent.JoinAndPrepare() || !agent.AwaitArm()) return 1;
  AgentBatch batch = agent.Batch(1);
  specctl::fakes::AddRequest(batch, 0, number, Outcome::kOk);
  if (!agent.SendBatch(batch)) return 1;
  while (mode == "hang" && agent.SendHeartbeat()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  if (!agent.AwaitAck(1) || !agent.Finish()) return 1;
  return agent.Await<specctl::DismissAgent>() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4 || std::string(argv[2]) != "--spawned-fd") return 2;
  specctl::DieWithParent();
  return Run(argv[1], std::atoi(argv[3]));
}
