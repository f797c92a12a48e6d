// Threads that give way: on few cores a busy console must not keep the readout waiting.
#pragma once

namespace spillgate::online {

constexpr int console_niceness = 10;

// Lowers the priority of the calling thread alone (Linux counts niceness by thread); as it is if the system
// refuses.
void give_way(int niceness);

// The calling thread has the disk when nobody else wants it, as far as the system keeps order there.
void give_way_on_disk();

}  // namespace spillgate::online
