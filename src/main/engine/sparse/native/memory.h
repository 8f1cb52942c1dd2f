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

}  // namespace
