// Must not compile: with -DMISSING a member is not in the list, with -DORDER two of one type are swapped with
// another.
#include "provider/framework/model.h"

using namespace microstack::terraform;

struct Forgotten {
  Attr<std::string> one;
  Attr<std::int64_t> two;
  Attr<std::string> three;
  static auto schema() {
#if defined(MISSING)
    return model<Forgotten>("x", attribute("one", &Forgotten::one), attribute("two", &Forgotten::two));
#elif defined(ORDER)
    return model<Forgotten>("x", attribute("two", &Forgotten::two), attribute("one", &Forgotten::one),
                            attribute("three", &Forgotten::three));
#else
    return model<Forgotten>("x", attribute("one", &Forgotten::one), attribute("two", &Forgotten::two),
                            attribute("three", &Forgotten::three));
#endif
  }
};

int main() {
  return model_of<Forgotten>().members.size() == 3 ? 0 : 1;
}
