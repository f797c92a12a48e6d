// The room of devices: each yields, per board, a time-ordered stream of traces, marks and charges; it knows
// its device and nothing of gates. First file to read.
//
//   source.hpp       the interface: Source, Sink, Batch
//   make_source.hpp  a board's configuration → its Source
//   beam/            charge, flavour, veto and cycle ids from the facility's network
//   marks/           spill marks from the pulses and triggers that a digitizer records
//   simulation/      PMT and HPGe detectors at a simulated beam (SIMULATED everywhere)
//   replay/          run files through the same interface
//   epics/           process variables of an EPICS control system, over Channel Access
//   emulator/        what stands in for devices, at the other end of their wire (SIMULATED everywhere)
//   sis3316/         Struck SIS3316 digitizers over UDP
#pragma once
