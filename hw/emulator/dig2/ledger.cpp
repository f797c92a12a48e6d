#include "hw/emulator/dig2/ledger.hpp"

#include <cerrno>
#include <cstring>

#include <boost/crc.hpp>
#include <fmt/format.h>

namespace spillgate::hw::emulator::dig2 {

proto::Result<Ledger> Ledger::create(const std::string& path) {
    Ledger ledger;
    ledger.path_ = path;
    if (path.empty()) return ledger;
    ledger.file_.open(path, std::ios::trunc);
    if (!ledger.file_)
        return proto::error(proto::ErrorKind::IO,
                            fmt::format("cannot write ledger_file {}: {}", path, std::strerror(errno)),
                            errno);
    ledger.file_ << "run,channel,stamp,trigger,samples,crc32,energy,energy_short,fate\n";
    return ledger;
}

void Ledger::add(const LedgerLine& line, std::span<const std::uint16_t> samples) {
    if (!file_.is_open()) return;
    boost::crc_32_type crc;
    for (const std::uint16_t sample : samples) {
        crc.process_byte(static_cast<unsigned char>(sample & 0xFF));
        crc.process_byte(static_cast<unsigned char>(sample >> 8));
    }
    file_ << fmt::format("{},{},{},{},{},{:08x},{},{},{}\n", line.run, line.channel, line.stamp,
                         line.trigger_id, samples.size(), crc.checksum(), line.energy, line.energy_short,
                         line.corrupted ? "corrupted" : "stored");
}

proto::Status Ledger::close() {
    if (!file_.is_open()) return {};
    file_.close();
    if (file_) return {};
    return proto::error(proto::ErrorKind::IO, fmt::format("cannot write ledger_file {}", path_), errno);
}

}  // namespace spillgate::hw::emulator::dig2
