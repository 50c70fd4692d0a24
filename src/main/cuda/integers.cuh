// The fixed-width integers and offsetof, which NVRTC has no headers for.
#pragma once

#ifdef __CUDACC_RTC__
using uint8_t = unsigned char;
using uint16_t = unsigned short;
using int32_t = int;
using uint32_t = unsigned int;
using uint64_t = unsigned long long;
#define offsetof(type, member) __INTADDR__(&((type*)0)->member)
#else
#include <cstddef>
#include <cstdint>
#endif
