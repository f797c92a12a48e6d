// EPICS Channel Access: process variables of a control system. First file to read.
//
//   channel_access.hpp          monitors of process variables
//   channel_access_library.hpp  libca, loaded at run time
#pragma once
