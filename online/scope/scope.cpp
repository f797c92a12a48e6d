#include "online/scope/scope.hpp"

#include <cmath>

#include "online/scope/scope_routes.hpp"

namespace spillgate::online {

namespace {

constexpr std::size_t most_tasks = 32;

ScopeRing::Limits limits(const config::ScopeSettings& settings) {
    ScopeRing::Limits limits;
    limits.kept = settings.kept();
    return limits;
}

}  // namespace

Scope::Scope(const config::ScopeSettings& settings)
    : kept_(settings.kept()),
      ring_(limits(settings)),
      worker_(most_tasks),
      pictures_(std::make_shared<ScopePictures>(
          ring_, worker_, std::chrono::milliseconds(std::llround(1000 / settings.pictures_hz())))) {}

std::vector<Route> Scope::routes() {
    return scope_routes(ring_, worker_, kept_);
}

}  // namespace spillgate::online
