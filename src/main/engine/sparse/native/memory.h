// The memory of a WebAssembly module, which native kernels share.
#pragma once

#include "bindings.h"
#include "simd.h"

namespace {

/** Addresses are bytes from the start, as in the module. */
struct Memory {
  char *base;
  /** The factor of bytes in two parts; see assembly/examples.ts. Every trainer sets it once. */
  mutable float scaleHigh;
  mutable float scaleLow;

  INLINE_MEMBER char *bytes(Pointer at) const { return base + at; }
  INLINE_MEMBER float *floats(Pointer at) const { return reinterpret_cast<float *>(base + at); }
  INLINE_MEMBER uint32_t *words(Pointer at) const { return reinterpret_cast<uint32_t *>(base + at); }
};

}  // namespace
