// The room of the live process. A slot's way through it, in the order of reading:
//
//   subscriber.hpp      ZeroMQ → decoded messages, one socket per daemon
//   run_stream.hpp      one daemon's share of one run: record joined to verdict, each slot filled exactly
//   once gap_reader.hpp      missing messages ← run files live_run.hpp        one run: its streams, healing,
//   end-of-run statement checkpoint.hpp      spectra and account ⇄ disk live_spectra.hpp    the single
//   writer: all of the above on one thread, publishing snapshots snapshot.hpp        what everybody else may
//   see: the newest version of it all console_api.hpp     snapshot → JSON; requests → run control
//   http_server.hpp     HTTP and WebSocket on loopback
//   keeper/keeping.hpp  what the console writes down, on a thread of its own: history/, alarms/, logbook/, runs/
//   console/            the web page
//   main.cpp            spillgate-online
#pragma once
