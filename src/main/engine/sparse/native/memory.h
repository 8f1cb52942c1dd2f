// The memory of a WebAssembly module, which native kernels share.
#pragma once

#include "bindings.h"
#include "simd.h"

namespace {

/** 1/255 in two parts; see assembly/examples.ts. */
constexpr float UNIT_HIGH = 65793.0f / 16777216.0f;
constexpr float UNIT_LOW = 2.3374369106932136e-10f;

/** Addresses are bytes from the start, as in the module. */
struct Memory {
  char *base = nullptr;
  /** The factor of bytes in two parts: 1/255, or 1 + 0. */
  mutable float scaleHigh = UNIT_HIGH;
  mutable float scaleLow = UNIT_LOW;

  INLINE_MEMBER char *bytes(Pointer at) const { return base + at; }
  INLINE_MEMBER float *floats(Pointer at) const { return reinterpret_cast<float *>(base + at); }
  INLINE_MEMBER uint32_t *words(Pointer at) const { return reinterpret_cast<uint32_t *>(base + at); }
};

/** Bytes that lie one after the other to floats that lie so, too, scaled as `scaleBytes` says. */
INLINE void widenBytes(const Memory &memory, int32_t count, const char *bytes, float *__restrict to) {
  const uint8_t *__restrict from = reinterpret_cast<const uint8_t *>(bytes);
  const float high = memory.scaleHigh;
  const float low = memory.scaleLow;
  for (int32_t at = 0; at < count; at++) to[at] = float(from[at]) * high + float(from[at]) * low;
}

}  // namespace
