// Many callers, one call: what comes in while a call is under way goes along with the next one.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "engine/base/result.h"

namespace microstack {

template <class Item, class Answer>
class Batch {
 public:
  // Carries all of them out and answers each, in their order; an error is everybody's.
  using Carry = std::function<Result<std::vector<Answer>>(const std::vector<Item>&)>;

  // `gather`: how long the first one waits for others that begin at the same moment.
  explicit Batch(std::chrono::milliseconds gather) : gather_(gather) {}

  Result<Answer> submit(Item item, const Carry& carry) {
    const auto place = std::make_shared<Place>(Place{std::move(item), std::nullopt});
    {
      std::lock_guard lock(queue_mutex_);
      queue_.push_back(place);
    }
    std::lock_guard turn(turn_);
    if (place->answer) return std::move(*place->answer);  // went along with somebody else's
    std::this_thread::sleep_for(gather_);
    std::vector<std::shared_ptr<Place>> all;
    {
      std::lock_guard lock(queue_mutex_);
      all.swap(queue_);
    }
    std::vector<Item> items;
    items.reserve(all.size());
    for (const auto& one : all) items.push_back(one->item);
    auto answers = carried(carry, items);
    for (std::size_t i = 0; i < all.size(); ++i)
      all[i]->answer = answers ? Result<Answer>(std::move((*answers)[i])) : Result<Answer>(answers.error());
    return std::move(*place->answer);
  }

  // How many have come in and are not being carried out yet.
  std::size_t waiting() {
    const std::lock_guard lock(queue_mutex_);
    return queue_.size();
  }

 private:
  // Whatever happens, each that went along has an answer: it waits for no other call.
  static Result<std::vector<Answer>> carried(const Carry& carry, const std::vector<Item>& items) try {
    auto answers = carry(items);
    if (answers && answers->size() != items.size()) return give_up("not everybody was answered");
    return answers;
  } catch (const std::exception& thrown) {
    return give_up(thrown.what());
  }

  struct Place {
    Item item;
    std::optional<Result<Answer>> answer;  // written and read by who has the turn
  };
  std::chrono::milliseconds gather_;
  std::mutex turn_, queue_mutex_;
  std::vector<std::shared_ptr<Place>> queue_;
};

}  // namespace microstack
