// ReLU, sums and copies of activations; see assembly/relu.ts and assembly/activations.ts.
#pragma once

#include "planes.h"

namespace {

template <int WIDTH>
struct Activations {
  static void reluForward(const Memory &memory, uint32_t bytes, Pointer x) {
    forEachVector<64>(bytes, [&](auto vector, uint32_t at) INLINE_LAMBDA {
      typedef decltype(vector) V;
      store(memory.bytes(x + at), atLeast(load<V>(memory.bytes(x + at)), V{}));
    });
  }

  static void reluBackward(const Memory &memory, uint32_t bytes, Pointer y, Pointer g) {
    forEachVector<32>(bytes, [&](auto vector, uint32_t at) INLINE_LAMBDA {
      typedef decltype(vector) V;
      const V output = load<V>(memory.bytes(y + at));
      store(memory.bytes(g + at), only<V>(output > V{}, load<V>(memory.bytes(g + at))));
    });
  }

  static void addActivations(const Memory &memory, int32_t groups, bool isRectified, const View &a,
                             const View &b, const View &y) {
    const float least = isRectified ? 0 : -__builtin_inff();
    for (int32_t group = 0; group < groups; group++) {
      for (int32_t channel = 0; channel < y.channels; channel++) {
        for (int32_t row = 0; row < y.height; row++) {
          const float *from = rowOf(memory, a, group, channel, row);
          const float *other = rowOf(memory, b, group, channel, row);
          float *to = rowOf(memory, y, group, channel, row);
          forEachPixel<WIDTH>(y.width, [&](auto vector, int32_t at) INLINE_LAMBDA {
            typedef decltype(vector) V;
            store(to + at, atLeast(load<V>(from + at) + load<V>(other + at), splat<V>(least)));
          });
        }
      }
    }
  }

 private:
  /** WebAssembly goes by blocks of this many bytes, also at the end. */
  template <uint32_t BLOCK, typename Visit>
  static INLINE_MEMBER void forEachVector(uint32_t bytes, Visit visit) {
    constexpr uint32_t STEP = WIDTH * 4 < BLOCK ? WIDTH * 4 : BLOCK;
    const uint32_t end = (bytes + BLOCK - 1) / BLOCK * BLOCK;
    for (uint32_t at = 0; at < end; at += STEP) visit(Vector<STEP / 4>{}, at);
  }

  static INLINE_MEMBER float *rowOf(const Memory &memory, const View &view, int32_t group,
                                    int32_t channel, int32_t row) {
    return memory.floats(groupOf(view, group) + channel * view.planePitch + row * view.rowPitch);
  }
};

}  // namespace
