// Samples come and go by the megabyte. Memory that is given back to the kernel and fetched again costs more
// than all else that the daemon does with them, on virtual machines many times more.
#pragma once

namespace spillgate::daq {

// From now on this process keeps what it has fetched, for reuse by all threads, and fetches it in large
// pages. To be called once, before there is another thread. What the C library or the kernel cannot do of it
// only costs time.
void keep_memory_warm();

// What a run needed at its worst moment is not kept for ever: to be called when one has ended.
void give_memory_back();

}  // namespace spillgate::daq
