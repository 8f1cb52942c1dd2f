// Views of activations; see assembly/descriptors.ts.
#pragma once

#include "bindings.h"
#include "memory.h"
#include "simd.h"

namespace {

constexpr uint32_t PIXEL_FLOATS = PIXEL / 4;

/** The address of a group's first pixel. */
INLINE Pointer groupOf(const View &view, int32_t group) {
  return view.start + group / int32_t(TILE_VECTORS) * view.tilePitch +
         group % int32_t(TILE_VECTORS) * view.groupPitch;
}

/** Bits of a group's lanes: all of those that are examples, none of those that fill it up. */
INLINE Bits<Four> groupLanes(int32_t group, int32_t examples) {
  return Bits<Four>{0, 1, 2, 3} < Bits<Four>{} + (examples - group * 4);
}

/** The same lanes for every pixel of a wider vector. */
template <typename V>
INLINE Bits<V> repeated(Bits<Four> lanes) {
  Bits<V> all;
  for (int at = 0; at < FLOATS_OF<V>; at++) all[at] = lanes[at & 3];
  return all;
}

/**
 * Calls `visit` for a row's pixels, several at a time: with an empty vector of the type to use, and the
 * offset of their first float.
 */
template <int WIDTH, typename Visit>
INLINE void forEachPixel(int32_t pixels, Visit visit) {
  const int32_t floats = pixels * int32_t(PIXEL_FLOATS);
  int32_t at = 0;
  for (; at + WIDTH <= floats; at += WIDTH) visit(Vector<WIDTH>{}, at);
  for (; at < floats; at += PIXEL_FLOATS) visit(Four{}, at);
}

}  // namespace
