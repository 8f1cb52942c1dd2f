// From examples, one after the other, to activations; see assembly/examples.ts and assembly/planes.ts.
#pragma once

#include "planes.h"

namespace {

template <int WIDTH>
struct Examples {
  static void scaleBytes(const Memory &memory, bool toUnit) {
    memory.scaleHigh = toUnit ? UNIT_HIGH : 1;
    memory.scaleLow = toUnit ? UNIT_LOW : 0;
  }

  static void transposeExamples(const Memory &memory, int32_t vectors, uint32_t pitch, Pointer bytes,
                                const View &x) {
    const int32_t features = x.channels;
    Pointer tile = x.start;
    for (int32_t first = 0; first < vectors; first += TILE_VECTORS) {
      const int32_t count = vectors - first < int32_t(TILE_VECTORS) ? vectors - first : TILE_VECTORS;
      for (int32_t feature = 0; feature < features; feature += 16) {
        const int32_t rows = features - feature < 16 ? features - feature : 16;
        const char *from = memory.bytes(bytes + feature);
        float *to = memory.floats(tile + feature * ROW);
        int32_t vector = 0;
        if constexpr (WIDTH >= 8) {
          for (; vector + 2 <= count; vector += 2) {
            transposeBlock<2>(memory, from + vector * 4 * pitch, pitch, rows, to + vector * 4);
          }
        }
        for (; vector < count; vector++) {
          transposeBlock<1>(memory, from + vector * 4 * pitch, pitch, rows, to + vector * 4);
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

  static void widenRows(const Memory &memory, const LiveRows &rows, const View &x) {
    const uint32_t *features = memory.words(rows.features);
    Pointer to = x.start;
    for (int32_t at = 0; at < rows.count; at++) {
      const Pointer row = x.start + features[at] * ROW;
      __builtin_memset(memory.bytes(to), 0, row - to);
      widen(memory, TILE, rows.bytes + at * TILE, row);
      to = row + ROW;
    }
    __builtin_memset(memory.bytes(to), 0, x.start + x.channels * ROW - to);
  }

  static void widenPlanes(const Memory &memory, int32_t groups, Pointer bytes, const View &x) {
    const int32_t count = x.width * 4;
    for (int32_t group = 0; group < groups; group++) {
      Pointer plane = groupOf(x, group);
      for (int32_t channel = 0; channel < x.channels; channel++, plane += x.planePitch) {
        Pointer to = plane;
        for (int32_t row = 0; row < x.height; row++, to += x.rowPitch, bytes += count) {
          widen(memory, count, bytes, to);
        }
      }
    }
  }

 private:
  typedef uint8_t Bytes __attribute__((vector_size(16)));

  template <typename V>
  static INLINE_MEMBER V scaled(const Memory &memory, V value) {
    return value * memory.scaleHigh + value * memory.scaleLow;
  }

  static INLINE_MEMBER void widen(const Memory &memory, int32_t count, Pointer bytes, Pointer x) {
    widenBytes(memory, count, memory.bytes(bytes), memory.floats(x));
  }

  /** Four or eight examples by 16 features, or fewer at the end. */
  template <int VECTORS>
  static INLINE_MEMBER void transposeBlock(const Memory &memory, const char *from, uint32_t pitch,
                                           int32_t rows, float *x) {
    if (rows == 16) transposeRows<VECTORS, 16>(memory, from, pitch, 16, x);
    else transposeRows<VECTORS, 0>(memory, from, pitch, rows, x);
  }

  /** ROWS is 16 or not known before. */
  template <int VECTORS, int ROWS>
  static INLINE_MEMBER void transposeRows(const Memory &memory, const char *from, uint32_t pitch,
                                          int32_t rows, float *x) {
    Bytes fours[VECTORS][4];
    for (int vector = 0; vector < VECTORS; vector++, from += 4 * pitch) {
      const Bytes a = load<Bytes>(from);
      const Bytes b = load<Bytes>(from + pitch);
      const Bytes c = load<Bytes>(from + 2 * pitch);
      const Bytes d = load<Bytes>(from + 3 * pitch);
      const Bytes abLow = interleavedLow(a, b);
      const Bytes abHigh = interleavedHigh(a, b);
      const Bytes cdLow = interleavedLow(c, d);
      const Bytes cdHigh = interleavedHigh(c, d);
      fours[vector][0] = pairsLow(abLow, cdLow);
      fours[vector][1] = pairsHigh(abLow, cdLow);
      fours[vector][2] = pairsLow(abHigh, cdHigh);
      fours[vector][3] = pairsHigh(abHigh, cdHigh);
    }
    for (int four = 0; four < 4; four++) {
      Bits<Four> integers[VECTORS][4];
      for (int vector = 0; vector < VECTORS; vector++) widen(fours[vector][four], integers[vector]);
      for (int at = 0; at < 4; at++) {
        const int32_t row = four * 4 + at;
        if (ROWS != 16 && row >= rows) return;
        float *to = x + row * int32_t(ROW / 4);
        const Four first = __builtin_convertvector(integers[0][at], Four);
        if constexpr (VECTORS == 1) {
          store(to, scaled(memory, first));
        } else {
          const Four second = __builtin_convertvector(integers[1][at], Four);
          store(to, scaled(memory, join(first, second)));
        }
      }
    }
  }

  /** Sixteen bytes, four features of four examples each, as integers. */
  static INLINE_MEMBER void widen(Bytes bytes, Bits<Four> *integers) {
    const Bytes zero = {};
    const Bytes low = interleavedLow(bytes, zero);
    const Bytes high = interleavedHigh(bytes, zero);
    integers[0] = (Bits<Four>)pairsLow(low, zero);
    integers[1] = (Bits<Four>)pairsHigh(low, zero);
    integers[2] = (Bits<Four>)pairsLow(high, zero);
    integers[3] = (Bits<Four>)pairsHigh(high, zero);
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
