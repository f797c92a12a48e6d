// The room of the readout daemon. A slot's way through it, in the order of reading:
//
//   stream_intake.hpp batches → one order of times; readings that cannot be true go no further
//   clocks/           boards on other clocks → the line of time of the mark board
//   slot_tracker.hpp  marks → slots: on time, missed, extra, duplicate, out of tolerance
//   gate/gate.hpp     traces + slots → one Spill record per slot, in three modes
//   verdict_book.hpp  charge, flavour, veto and losses → exactly one verdict per slot
//   pipeline.hpp      the three above behind one thread: batches in, messages out
//   recorder.hpp      messages → run files, synced and acknowledged; lossless, comes first
//   publisher.hpp     messages → ZeroMQ; never slows the recorder
//   run_control.hpp   states, two-phase start, lead and followers
//   run_limits.hpp    when a run ends by itself; run_restart.hpp: whether another follows
//   journal.hpp       what people are told, numbered
//   slow_control/     high voltages, temperatures, levels: recorded with the run, judged, shown
//   doctor/           what the host lacks for a configuration
//   config_check.hpp  what a start would refuse of a configuration
//   ctl/              verbs of spillgate-ctl; ctl/console/: those that ask the console by its API
//   main.cpp, ctl_main.cpp   spillgate-daq, spillgate-ctl
#pragma once
