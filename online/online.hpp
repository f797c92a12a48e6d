// The room of the live process. A slot's way through it, in the order of reading:
//
//   subscriber.hpp       ZeroMQ → decoded messages, one socket per daemon
//   run_stream.hpp       one daemon's share of a run: record joined to verdict, each slot filled once
//   gap_reader.hpp       missing messages ← run files
//   live_run.hpp         one run: its streams, healing, end-of-run statement
//   checkpoint.hpp       spectra and account ⇄ disk
//   live_spectra.hpp     the single writer: all of the above on one thread, publishing snapshots
//   snapshot.hpp         what everybody else may see: the newest version of it all
//   snapshot_json.hpp    snapshot → JSON
//
// and what consoles get of it:
//
//   console_site.hpp     the console's server as a whole; console_parts.cpp lists all that it serves
//   http/                routes, and the server on loopback that admits, bounds and answers
//   feed/                topics that consoles follow, as what has changed
//   recent_spectra.hpp   spectra of the newest slots alone
//   spectra_reset.hpp    where "since the reset" begins
//   references/          spectra of past runs to compare with
//   access/              who may act, and who holds the controls
//   run/                 run control, and the configurations that runs are started with
//   keeper/keeping.hpp   what the console writes down: history/, alarms/, logbook/, runs/
//   console/             the web page
//   main.cpp             spillgate-online
#pragma once
