// From examples, one after the other, to activations; see assembly/examples.ts and assembly/planes.ts.
#pragma once

#include "planes.h"

namespace {

template <int WIDTH>
struct Examples {
  static void scaleBytes(const Memory &memory, bool toUnit) {
    memory.scaleHigh = toUnit ? 65793.0f / 16777216.0f : 1;
    memory.scaleLow = toUnit ? 2.3374369106932136e-10f : 0;
  }

  static void transposeExamples(const Memory &memory, int32_t vectors, uint32_t pitch, Pointer bytes,
                                const View &x) {
    const int32_t features = x.channels;
    Pointer tile = x.start;
    for (int32_t first = 0; first < vectors; first += TILE_VECTORS) {
      const int32_t count = vectors - first < int32_t(TILE_VECTORS) ? vectors - first : TILE_VECTORS;
      for (int32_t feature = 0; feature < features; feature += 16) {
        const int32_t rows = features - feature < 16 ? features - feature : 16;
        float *to = memory.floats(tile + feature * ROW);
        for (int32_t vector = 0; vector < count; vector++) {
          const char *from = memory.bytes(bytes + feature + vector * 4 * pitch);
          transposeBlock(memory, from, pitch, rows, to + vector * 4);
        }
      }
      bytes += TILE * pitch;
      tile += features * ROW;
    }
  }

  static void planesOfExamples(const Memory &memory, int32_t groups, uint32_t pitch, Pointer bytes,
                               const View &x) {
    for (int32_t group = 0; group < groups; group++, bytes += pitch * 4) {
      const Pointer planes = groupOf(x, group);
      const uint8_t *from = reinterpret_cast<const uint8_t *>(memory.bytes(bytes));
      for (int32_t row = 0; row < x.height; row++) {
        for (int32_t pixel = 0; pixel < x.width; pixel++) {
          char *to = memory.bytes(planes + row * x.rowPitch + pixel * PIXEL);
          for (int32_t channel = 0; channel < x.channels; channel++, from++, to += x.planePitch) {
            const Four value = {float(from[0]), float(from[pitch]), float(from[2 * pitch]),
                                float(from[3 * pitch])};
            store(to, scaled(memory, value));
          }
        }
      }
    }
  }

 private:
  typedef uint8_t Bytes __attribute__((vector_size(16)));
  typedef uint8_t FourBytes __attribute__((vector_size(4)));

  static INLINE_MEMBER Four scaled(const Memory &memory, Four value) {
    return value * memory.scaleHigh + value * memory.scaleLow;
  }

  /** Four examples by 16 features, or fewer at the end. */
  static INLINE_MEMBER void transposeBlock(const Memory &memory, const char *from, uint32_t pitch,
                                           int32_t rows, float *x) {
    const Bytes a = load<Bytes>(from);
    const Bytes b = load<Bytes>(from + pitch);
    const Bytes c = load<Bytes>(from + 2 * pitch);
    const Bytes d = load<Bytes>(from + 3 * pitch);
    const Bytes abLow = interleavedLow(a, b);
    const Bytes abHigh = interleavedHigh(a, b);
    const Bytes cdLow = interleavedLow(c, d);
    const Bytes cdHigh = interleavedHigh(c, d);
    uint8_t four[64];
    store(four, pairsLow(abLow, cdLow));
    store(four + 16, pairsHigh(abLow, cdLow));
    store(four + 32, pairsLow(abHigh, cdHigh));
    store(four + 48, pairsHigh(abHigh, cdHigh));
    for (int32_t row = 0; row < rows; row++) {
      const Four value = __builtin_convertvector(load<FourBytes>(four + row * 4), Four);
      store(x + row * (ROW / 4), scaled(memory, value));
    }
  }

  static INLINE_MEMBER Bytes interleavedLow(Bytes a, Bytes b) {
    return SHUFFLE_BYTES(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  }

  static INLINE_MEMBER Bytes interleavedHigh(Bytes a, Bytes b) {
    return SHUFFLE_BYTES(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  }

  static INLINE_MEMBER Bytes pairsLow(Bytes a, Bytes b) {
    return SHUFFLE_BYTES(a, b, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23);
  }

  static INLINE_MEMBER Bytes pairsHigh(Bytes a, Bytes b) {
    return SHUFFLE_BYTES(a, b, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31);
  }
};

}  // namespace
