// Optimizers and what happens to gradients before them; see assembly/optimizers.ts and gradients.ts.
#pragma once

#include "bindings.h"
#include "memory.h"
#include "simd.h"

namespace {

template <int WIDTH>
struct Optimizers {
  static void sgd(const Memory &memory, uint32_t bytes, Pointer w, Pointer g, float rate) {
    forEachVector(bytes, [&](auto vector, uint32_t at) INLINE_LAMBDA {
      typedef decltype(vector) V;
      const V gradient = flushed(load<V>(memory.bytes(g + at)), splat<V>(SMALLEST_MOMENT));
      stepAlong(memory.bytes(w + at), gradient, rate);
    });
  }

  static void momentum(const Memory &memory, uint32_t bytes, Pointer w, Pointer g, Pointer accumulator,
                       float rate, float decay) {
    heavyBall<false>(memory, bytes, w, g, accumulator, rate, decay);
  }

  static void nesterov(const Memory &memory, uint32_t bytes, Pointer w, Pointer g, Pointer accumulator,
                       float rate, float decay) {
    heavyBall<true>(memory, bytes, w, g, accumulator, rate, decay);
  }

  static void adam(const Memory &memory, uint32_t bytes, Pointer w, Pointer g, Pointer m, Pointer v,
                   float rate, float epsilon, float added1, float added2) {
    adamSteps<false>(memory, bytes, w, g, m, v, rate, epsilon, added1, added2, 0);
  }

  static void adamw(const Memory &memory, uint32_t bytes, Pointer w, Pointer g, Pointer m, Pointer v,
                    float rate, float epsilon, float added1, float added2, float shrinkage) {
    adamSteps<true>(memory, bytes, w, g, m, v, rate, epsilon, added1, added2, shrinkage);
  }

  static void rmsprop(const Memory &memory, uint32_t bytes, Pointer w, Pointer g, Pointer square,
                      Pointer accumulator, float rate, float epsilon, float decay, float added,
                      float inertia) {
    forEachVector(bytes, [&](auto vector, uint32_t at) INLINE_LAMBDA {
      typedef decltype(vector) V;
      const V gradient = flushed(load<V>(memory.bytes(g + at)), splat<V>(SMALLEST_GRADIENT));
      const V addition = gradient * gradient * added;
      const V mean =
          flushed(addition + load<V>(memory.bytes(square + at)) * decay, splat<V>(SMALLEST_SQUARE));
      store(memory.bytes(square + at), mean);
      const V direction = gradient / (squareRoot(mean) + epsilon);
      stepAlong(memory.bytes(w + at), accumulated(memory.bytes(accumulator + at), direction, inertia),
                rate);
    });
  }

  static void addPenalty(const Memory &memory, uint32_t bytes, Pointer g, Pointer w, float penalty) {
    forEachVector(bytes, [&](auto vector, uint32_t at) INLINE_LAMBDA {
      typedef decltype(vector) V;
      char *gradient = memory.bytes(g + at);
      store(gradient, load<V>(gradient) + load<V>(memory.bytes(w + at)) * penalty);
    });
  }

  static void scaleGradient(const Memory &memory, uint32_t bytes, Pointer g, float factor) {
    forEachVector(bytes, [&](auto vector, uint32_t at) INLINE_LAMBDA {
      typedef decltype(vector) V;
      store(memory.bytes(g + at), load<V>(memory.bytes(g + at)) * factor);
    });
  }

 private:
  static constexpr float SMALLEST_GRADIENT = 1e-18f;
  static constexpr float SMALLEST_MOMENT = 1e-30f;
  static constexpr float SMALLEST_SQUARE = 1e-36f;

  /** Calls `visit` with an empty vector of the type to use, and the offset of its bytes. */
  template <typename Visit>
  static INLINE_MEMBER void forEachVector(uint32_t bytes, Visit visit) {
    uint32_t at = 0;
    for (; at + WIDTH * 4 <= bytes; at += WIDTH * 4) visit(Vector<WIDTH>{}, at);
    for (; at < bytes; at += 16) visit(Four{}, at);
  }

  template <bool IS_NESTEROV>
  static void heavyBall(const Memory &memory, uint32_t bytes, Pointer w, Pointer g, Pointer accumulator,
                        float rate, float decay) {
    forEachVector(bytes, [&](auto vector, uint32_t at) INLINE_LAMBDA {
      typedef decltype(vector) V;
      const V gradient = load<V>(memory.bytes(g + at));
      const V average = accumulated(memory.bytes(accumulator + at), gradient, decay);
      stepAlong(memory.bytes(w + at), IS_NESTEROV ? gradient + average * decay : average, rate);
    });
  }

  template <bool IS_SHRUNK>
  static void adamSteps(const Memory &memory, uint32_t bytes, Pointer w, Pointer g, Pointer m, Pointer v,
                        float rate, float epsilon, float added1, float added2, float shrinkage) {
    forEachVector(bytes, [&](auto vector, uint32_t at) INLINE_LAMBDA {
      typedef decltype(vector) V;
      const V gradient = flushed(load<V>(memory.bytes(g + at)), splat<V>(SMALLEST_GRADIENT));
      const V first = load<V>(memory.bytes(m + at));
      const V second = load<V>(memory.bytes(v + at));
      const V mean = flushed(first + (gradient - first) * added1, splat<V>(SMALLEST_MOMENT));
      const V square =
          flushed(second + (gradient * gradient - second) * added2, splat<V>(SMALLEST_SQUARE));
      store(memory.bytes(m + at), mean);
      store(memory.bytes(v + at), square);
      const V step = mean * rate / (squareRoot(square) + epsilon);
      V weight = load<V>(memory.bytes(w + at));
      if (IS_SHRUNK) weight = weight - weight * shrinkage;
      store(memory.bytes(w + at), weight - step);
    });
  }

  /** w ← w − η direction. */
  template <typename V>
  static INLINE_MEMBER void stepAlong(char *w, V direction, float rate) {
    store(w, load<V>(w) - direction * rate);
  }

  /** a ← μ a + addition; returns a. */
  template <typename V>
  static INLINE_MEMBER V accumulated(char *accumulator, V addition, float decay) {
    const V result = flushed(addition + load<V>(accumulator) * decay, splat<V>(SMALLEST_MOMENT));
    store(accumulator, result);
    return result;
  }
};

}  // namespace
