// The room of the engine, the same online and offline, and of its command line. A slot's way through it:
//
//   reconstruction/   trace → candidates (chain.hpp is the interface, pmt/ the PMT chain)
//   spectra/          candidates + verdict → selection → histograms (accumulator.hpp joins and fills)
//   exposure/         ledger + selection → E_C, E_AC, live POT, α, residual
//   import/           foreign recordings → ordinary run files
//   plot/             spectra, waveforms and calibrations as pictures (figure.hpp describes one)
//   verbs/            the command line's verbs
//   engine.hpp        the three together, as online and reprocess use them
#pragma once
