#include "online/run/charge_per_spill.hpp"

#include <cstdint>

namespace spillgate::online {

namespace {

constexpr double uc_per_pc = 1e-6;

std::int64_t known_spills(const wire::LedgerTotals& ledger) {
    return static_cast<std::int64_t>(ledger.spills()) -
           static_cast<std::int64_t>(ledger.charge_missing_slots() + ledger.charge_uncorrected_slots());
}

std::int64_t known_charge_pc(const wire::LedgerTotals& ledger) {
    return ledger.charge_measured_pc() + ledger.charge_estimated_pc();
}

}  // namespace

std::optional<double> charge_per_spill_uc(const wire::LedgerTotals& before, const wire::LedgerTotals& now) {
    const auto spills = known_spills(now) - known_spills(before);
    if (spills <= 0) return std::nullopt;
    const auto charge_pc = known_charge_pc(now) - known_charge_pc(before);
    return static_cast<double>(charge_pc) * uc_per_pc / static_cast<double>(spills);
}

}  // namespace spillgate::online
