// A SIMULATED SIS3316 behind its Ethernet interface: what each address does. Its lock lets the wire, the
// sampling and the control socket at it by turns.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "hw/emulator/sis3316/acquisition.hpp"
#include "hw/emulator/sis3316/adc_chips.hpp"
#include "hw/emulator/sis3316/clock_chip.hpp"
#include "hw/emulator/sis3316/transfer.hpp"
#include "proto/schema/emulator.pb.h"

namespace spillgate::hw::emulator::sis3316 {

// Thread-safe. A word of status are the bits of datagram.hpp.
class Module {
  public:
    struct Access {
        std::uint32_t value = 0;
        std::uint8_t status = 0;
    };
    struct Fifo {
        FifoWords data;  // stays as it is until the bank is next armed
        std::uint8_t status = 0;
    };

    // `memory` and `ledger` must outlive this.
    Module(const config::EmulatedSis3316& config, std::unique_ptr<DetectorFeed> feed, BankMemory& memory,
           EventLedger& ledger, const config::EmulatedFaults& faults);

    // Commands 0x10 and 0x11; always allowed.
    std::uint32_t read_link(Address address);
    void write_link(Address address, std::uint32_t value);
    // Commands 0x20 and 0x21. Without grant ADC registers read as 0 and nothing is written.
    Access read(Address address);
    std::uint8_t write(Address address, std::uint32_t value);
    // Commands 0x30 and 0x31. Past what is there: status_access_timeout.
    Fifo read_fifo(Address address, std::uint32_t count);
    std::uint8_t write_fifo(Address address, std::span<const std::uint32_t> words);
    // Command 0xFF.
    void reset_interface();
    bool jumbo();
    unsigned gap_code();
    void note_answer(std::uint8_t command, std::uint8_t status);

    // The sampling side does what is due. Lets others in between.
    void sample();

    void power_up();
    void apply(const config::EmulatedFaults& faults);
    void lose_grant(bool lost);
    void step_clock(std::int64_t ticks);
    void preset_timestamp(std::uint64_t value);
    void fill_banks();
    AcquisitionTotals totals();
    double oscillator_mhz();

  private:
    using Lock = std::unique_lock<std::mutex>;

    config::EmulatedSis3316 config_;
    BankMemory& memory_;
    std::mutex mutex_;
    std::atomic<int> waiting_{0};

    RegisterFile registers_;
    std::array<ClockChip, 4> clocks_;
    std::array<AdcChips, group_count> adcs_;
    std::array<Transfer, group_count> transfers_;
    // Words that the host wrote into a bank, from its begin.
    std::array<std::array<std::uint32_t, bank_count>, channel_count> host_words_{};
    std::array<std::vector<std::uint32_t>, group_count> statistic_words_;
    Acquisition acquisition_;

    std::uint32_t control_ = 0;
    std::uint32_t protocol_ = 0;
    std::uint32_t answers_ = 0;  // register 0x0C
    bool own_request_ = false;
    bool other_request_ = false;
    bool own_grant_ = false;
    bool lost_by_fault_ = false;
    bool nim_swap_ = false;

    Lock lock();
    void start_anew();
    void arbitrate(std::uint32_t value);
    // What is due by now: no register shows less than the module would, however late the host is.
    void catch_up();
    std::uint32_t read_vme(Address address);
    std::uint32_t read_adc(Address address);
    std::uint32_t acquisition_status() const;
    void write_register(Address address, std::uint32_t value);
    void press(Address key);
    void start_statistics(unsigned group);
};

}  // namespace spillgate::hw::emulator::sis3316
