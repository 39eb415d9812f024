// Starts a provider as Terraform does, prints its process id and socket, and waits to be killed.
#include <unistd.h>

#include <iostream>

#include "tests/support/wire/provider.h"

int main(int, char** argv) {
  auto provider = microstack::wire::Provider::start({.program = argv[1]});
  if (!provider || !(*provider)->connection().healthy()) return 1;
  std::cout << (*provider)->process().pid() << std::endl << (*provider)->handshake().address << std::endl;
  for (;;) pause();
}
