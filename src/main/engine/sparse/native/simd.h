// Vectors of floats in the notation of GCC and Clang, which turn it into the instructions of the
// processor that a file is compiled for. Sums and products are the ones that are written: the compiler
// is told not to fuse them (see native-build.ts), so every width gives the bits of the others.
#pragma once

#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))
#define INLINE_MEMBER inline __attribute__((always_inline))
#define INLINE_LAMBDA __attribute__((always_inline))

namespace {

template <int FLOATS>
struct VectorOf {
  typedef float Type __attribute__((vector_size(FLOATS * 4)));
};

/** FLOATS float32: 4, 8 or 16. */
template <int FLOATS>
using Vector = typename VectorOf<FLOATS>::Type;

typedef Vector<4> Four;

template <typename V>
constexpr int FLOATS_OF = sizeof(V) / 4;

/** The integers of the same size, which comparisons give: all bits of a lane, or none. */
template <typename V>
using Bits = decltype(V() < V());

/** Addresses need not be aligned. */
template <typename V>
INLINE V load(const void *from) {
  V value;
  __builtin_memcpy(&value, from, sizeof(V));
  return value;
}

template <typename V>
INLINE void store(void *to, V value) {
  __builtin_memcpy(to, &value, sizeof(V));
}

template <typename V>
INLINE V splat(float value) {
  return value - V{};
}

template <typename V>
INLINE V loadSplat(const void *from) {
  return splat<V>(load<float>(from));
}

#if defined(__clang__) || __GNUC__ >= 12
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#define SHUFFLE_BYTES SHUFFLE
INLINE Four lower(Vector<8> v) { return SHUFFLE(v, v, 0, 1, 2, 3); }
INLINE Four upper(Vector<8> v) { return SHUFFLE(v, v, 4, 5, 6, 7); }
INLINE Vector<8> lower(Vector<16> v) { return SHUFFLE(v, v, 0, 1, 2, 3, 4, 5, 6, 7); }
INLINE Vector<8> upper(Vector<16> v) { return SHUFFLE(v, v, 8, 9, 10, 11, 12, 13, 14, 15); }
INLINE Vector<8> join(Four a, Four b) { return SHUFFLE(a, b, 0, 1, 2, 3, 4, 5, 6, 7); }
INLINE Vector<16> join(Vector<8> a, Vector<8> b) {
  return SHUFFLE(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
#else
template <typename V>
INLINE V shuffled(V a, V b, Bits<V> lanes) {
  return __builtin_shuffle(a, b, lanes);
}
#define SHUFFLE(a, b, ...) shuffled<decltype(a + b)>(a, b, Bits<decltype(a + b)>{__VA_ARGS__})
#define SHUFFLE_BYTES(a, b, ...) __builtin_shuffle(a, b, decltype(a + b){__VA_ARGS__})

template <typename V>
INLINE Vector<FLOATS_OF<V> / 2> lower(V value) {
  Vector<FLOATS_OF<V> / 2> half;
  __builtin_memcpy(&half, &value, sizeof(half));
  return half;
}

template <typename V>
INLINE Vector<FLOATS_OF<V> / 2> upper(V value) {
  Vector<FLOATS_OF<V> / 2> half;
  __builtin_memcpy(&half, reinterpret_cast<const char *>(&value) + sizeof(half), sizeof(half));
  return half;
}

template <typename Half>
INLINE Vector<FLOATS_OF<Half> * 2> join(Half low, Half high) {
  Half halves[2] = {low, high};
  Vector<FLOATS_OF<Half> * 2> value;
  __builtin_memcpy(&value, halves, sizeof(value));
  return value;
}
#endif

/** The lanes of `yes` where `condition` has all bits, else those of `no`. */
template <typename V>
INLINE V select(Bits<V> condition, V yes, V no) {
  return condition ? yes : no;
}

/** The lanes of `value` where `condition` has all bits, else 0. */
template <typename V>
INLINE V only(Bits<V> condition, V value) {
  return (V)(condition & (Bits<V>)value);
}

/** WebAssembly's pmax: `least` where `value` is below it. NaN is not below anything and stays. */
template <typename V>
INLINE V atLeast(V value, V least) {
  return select<V>(value < least, least, value);
}

/** WebAssembly's max: NaN if one of them is, and 0 is above -0. */
template <typename V>
INLINE V larger(V a, V b) {
  // Equal numbers have equal bits, except 0 and -0.
  const V equal = (V)((Bits<V>)a & (Bits<V>)b);
  const V number = select<V>(a > b, a, select<V>(a == b, equal, b));
  return select<V>(a != a, a, number);
}

template <typename V>
INLINE V squareRoot(V value) {
  float lanes[FLOATS_OF<V>];
  store(lanes, value);
  for (int lane = 0; lane < FLOATS_OF<V>; lane++) lanes[lane] = __builtin_sqrtf(lanes[lane]);
  return load<V>(lanes);
}

/** Replaces numbers below the threshold by zero; NaN stays. */
template <typename V>
INLINE V flushed(V value, V threshold) {
  const V absolute = (V)((Bits<V>)value & 0x7fffffff);
  return (V)(~(absolute < threshold) & (Bits<V>)value);
}

/** The sum of four lanes, added in the same order as by `sumsOfFour`. */
INLINE float sumOf(Four a) {
  return (a[0] + a[2]) + (a[1] + a[3]);
}

/** The sums of the lanes of four vectors, as one vector. */
INLINE Four sumsOfFour(Four a, Four b, Four c, Four d) {
  // a0+a2, b0+b2, a1+a3, b1+b3
  const Four ab = SHUFFLE(a, b, 0, 4, 1, 5) + SHUFFLE(a, b, 2, 6, 3, 7);
  const Four cd = SHUFFLE(c, d, 0, 4, 1, 5) + SHUFFLE(c, d, 2, 6, 3, 7);
  return SHUFFLE(ab, cd, 0, 1, 4, 5) + SHUFFLE(ab, cd, 2, 3, 6, 7);
}

/** The halves of `a`, added, in front of those of `b`. */
INLINE Vector<8> foldedPair(Vector<8> a, Vector<8> b) {
  return SHUFFLE(a, b, 0, 1, 2, 3, 8, 9, 10, 11) + SHUFFLE(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
}

INLINE Vector<16> foldedPair(Vector<16> a, Vector<16> b) {
  return SHUFFLE(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +
         SHUFFLE(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
}

/** The sums of the lanes of eight vectors whose pairs are folded: 0 and 2, 4 and 6, 1 and 3, 5 and 7. */
INLINE Vector<8> sumsOfEight(Vector<16> a, Vector<16> b, Vector<16> c, Vector<16> d) {
  // 0, 2, 4, 6 and 1, 3, 5, 7, four lanes each
  const Vector<16> even = SHUFFLE(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27) +
                          SHUFFLE(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
  const Vector<16> odd = SHUFFLE(c, d, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27) +
                         SHUFFLE(c, d, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
  const Vector<16> halves =
      SHUFFLE(even, odd, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29) +
      SHUFFLE(even, odd, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
  const Vector<16> ordered =
      SHUFFLE(halves, halves, 0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15);
  return lower(ordered) + upper(ordered);
}

/** The sums of the lanes of eight vectors whose pairs are folded: 0 and 4, 1 and 5, 2 and 6, 3 and 7. */
INLINE Vector<8> sumsOfEight(Vector<8> a, Vector<8> b, Vector<8> c, Vector<8> d) {
  const Vector<8> ab =
      SHUFFLE(a, b, 0, 8, 1, 9, 4, 12, 5, 13) + SHUFFLE(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
  const Vector<8> cd =
      SHUFFLE(c, d, 0, 8, 1, 9, 4, 12, 5, 13) + SHUFFLE(c, d, 2, 10, 3, 11, 6, 14, 7, 15);
  return SHUFFLE(ab, cd, 0, 1, 8, 9, 4, 5, 12, 13) + SHUFFLE(ab, cd, 2, 3, 10, 11, 6, 7, 14, 15);
}

}  // namespace
