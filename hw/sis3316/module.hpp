// One SIS3316 behind its link: grant, identity, registers, and what a lost acknowledgement means. Owns a
// Link. Source: Struck SIS3316 manual and Ethernet UDP addendum.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "hw/sis3316/link.hpp"
#include "hw/sis3316/registers.hpp"
#include "hw/sis3316/settings.hpp"
#include "proto/result.hpp"

namespace spillgate::hw::sis3316 {

// What a module says of itself.
struct Identity {
    std::uint32_t module_id = 0;  // 31:16 0x3316, 15:0 VME-FPGA firmware
    std::uint32_t serial = 0;
    bool serial_valid = false;
    double temperature_c = 0;
    std::uint32_t hardware_version = 0;
    std::array<std::uint32_t, groups> adc_firmware{};  // 31:16 type, 15:8 version, 7:0 revision
    std::array<std::uint32_t, groups> adc_status{};
    std::uint32_t link_status = 0;  // of the ADC FPGAs; healthy: 0x18181818
    Generation generation = Generation::WITH_IDENTIFIER;
    std::size_t receive_buffer_bytes = 0;
    std::vector<std::string> doubts;  // what is not healthy, in words
};

// Errors of all that talks: those of Link, with messages that name the module and, where one is meant, the
// register.
class Module {
  public:
    // Opens the link, finds the protocol generation, takes the grant. Errors also: CONFIG, REFUSED (another
    // interface holds the module).
    static proto::Result<std::unique_ptr<Module>> open(const ModuleSettings& settings, std::stop_token stop);
    ~Module();  // gives the grant back
    Module(const Module&) = delete;
    Module& operator=(const Module&) = delete;

    // Manual, start-up sequence.
    proto::Result<Identity> identify();

    proto::Result<std::uint32_t> read(std::uint32_t address);
    // Any number, in requests of 64.
    proto::Status read(std::span<const std::uint32_t> addresses, std::span<std::uint32_t> values);
    // Registers that read back as written: if the acknowledgement is lost, they are read, and written again
    // only if they show that the request was lost.
    proto::Status write(std::span<const RegisterWrite> writes);
    proto::Status write(std::uint32_t address, std::uint32_t value);
    // Writes that leave the same behind when done twice (a reset, a value for a chip): sent again if the
    // acknowledgement is lost for good.
    proto::Status command(std::span<const RegisterWrite> writes);
    proto::Status command(std::uint32_t address, std::uint32_t value);
    // An action that must not happen twice: UNKNOWN if it may have happened.
    proto::Result<Delivery> act_once(std::uint32_t key);
    // Reads until `(value & mask) == wanted`. Error: TIMED_OUT, naming the register.
    proto::Status await(std::uint32_t address, std::uint32_t mask, std::uint32_t wanted);
    proto::Status pause(std::chrono::milliseconds time);

    // Link register 0x08, checked; the link then expects such packets.
    proto::Status set_packets(std::uint32_t udp_configuration);

    Link& link() { return *link_; }
    const Link& link() const { return *link_; }
    const std::string& who() const { return who_; }

  private:
    Module(std::unique_ptr<Link> link, std::string who) : link_(std::move(link)), who_(std::move(who)) {}
    proto::Status take_grant(bool kill_other);
    proto::Result<bool> is_as_written(std::span<const RegisterWrite> writes);

    std::unique_ptr<Link> link_;
    std::string who_;
    bool granted_ = false;
};

// What of an identity contradicts the settings: serial number, ADC type, firmware. Error: CONFIG, naming
// module and register.
proto::Status check_identity(const Identity& identity, const ModuleSettings& settings);

}  // namespace spillgate::hw::sis3316
