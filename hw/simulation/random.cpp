#include "hw/simulation/random.hpp"

#include <cmath>

#include <boost/random/gamma_distribution.hpp>
#include <boost/random/normal_distribution.hpp>
#include <boost/random/poisson_distribution.hpp>

namespace spillgate::hw::simulation {

namespace {

constexpr std::uint64_t golden = 0x9E3779B97F4A7C15u;

std::uint64_t mixed(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

}  // namespace

Random::Random(std::initializer_list<std::uint64_t> key) {
    // Each word passes the finaliser twice: neighbouring cycles and channels must not give shifted streams.
    for (const std::uint64_t word : key)
        state_ = mixed(mixed(state_ + golden) ^ mixed(word + golden));
}

Random::result_type Random::operator()() {
    state_ += golden;
    return mixed(state_);
}

double Random::uniform() {
    return static_cast<double>((*this)() >> 11) * 0x1p-53;
}

bool Random::chance(double probability) {
    return uniform() < probability;
}

double Random::exponential(double mean) {
    return -mean * std::log1p(-uniform());
}

double Random::normal() {
    return boost::random::normal_distribution<double>()(*this);
}

double Random::gamma(double shape, double mean) {
    return boost::random::gamma_distribution<double>(shape, mean / shape)(*this);
}

std::uint32_t Random::poisson(double mean) {
    if (mean <= 0) return 0;
    return boost::random::poisson_distribution<std::uint32_t, double>(mean)(*this);
}

std::uint64_t Random::below(std::uint64_t n) {
    // A bias of n / 2^53 is far below anything that is measured here.
    return static_cast<std::uint64_t>(uniform() * static_cast<double>(n));
}

}  // namespace spillgate::hw::simulation
