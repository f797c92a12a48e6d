// The scope as a whole: what the live thread gives it, what is asked of it, and the thread that draws.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "online/feed/topic.hpp"
#include "online/http/exchange.hpp"
#include "online/scope/scope_pictures.hpp"
#include "online/scope/scope_ring.hpp"
#include "online/worker.hpp"
#include "proto/schema/console.pb.h"

namespace spillgate::online {

class Scope {  // owns a thread, which stops within one picture; idle while nobody looks
  public:
    explicit Scope(const config::ScopeSettings& settings);
    ~Scope() { worker_.stop(); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

    ScopeRing& ring() { return ring_; }
    std::vector<Route> routes();
    std::shared_ptr<Topic> topic() { return scope_topic(pictures_); }
    // As ScopePictures::wake.
    void wake(std::function<void()> made) { pictures_->wake(std::move(made)); }

  private:
    const std::size_t kept_;
    ScopeRing ring_;
    Worker worker_;
    std::shared_ptr<ScopePictures> pictures_;
};

}  // namespace spillgate::online
