// The part of a row that takes part in a product.
//
// A row of a tile has 32 floats, eight vectors of four examples. The last tile of a batch uses fewer,
// and quarters that are zero are left out. Which vectors take part is a type argument, PRESENT, one bit
// a vector, so the compiler makes straight code of registers as wide as possible for every choice. With
// AVX-512, whose instructions can leave lanes out, a register may be present in part.
#pragma once

#include "simd.h"

namespace {

/** -0 is the number that can be added to every number without a change of its bits. */
constexpr float NEUTRAL = -0.0f;

constexpr unsigned lowBits(int count) { return (1u << count) - 1; }

enum class Shape { nothing, whole, masked, halves };

constexpr int WIDTH_WITH_MASKS = 16;

template <int WIDTH, int COUNT, unsigned PRESENT>
constexpr Shape shapeOf() {
  if (PRESENT == 0) return Shape::nothing;
  if (PRESENT == lowBits(COUNT) && COUNT * 4 <= WIDTH) return Shape::whole;
  const bool isInBothHalves = (PRESENT & lowBits(COUNT / 2)) != 0 && (PRESENT >> (COUNT / 2)) != 0;
  if (WIDTH == WIDTH_WITH_MASKS && COUNT * 4 == WIDTH && isInBothHalves) return Shape::masked;
  return Shape::halves;
}

template <int WIDTH, int COUNT, unsigned PRESENT>
constexpr Shape SHAPE = shapeOf<WIDTH, COUNT, PRESENT>();

/**
 * The vectors PRESENT of COUNT vectors, in registers of at most WIDTH floats.
 *
 * COUNT is 8, 4, 2 or 1; one vector has one register.
 */
template <int WIDTH, int COUNT, unsigned PRESENT, Shape = SHAPE<WIDTH, COUNT, PRESENT>>
struct Lanes;

template <int WIDTH, int COUNT, unsigned PRESENT>
struct Lanes<WIDTH, COUNT, PRESENT, Shape::nothing> {
  static INLINE_MEMBER Lanes of(Vector<COUNT * 4>) { return {}; }
  static INLINE_MEMBER Lanes loaded(const float *) { return {}; }
  INLINE_MEMBER Lanes times(const float *) const { return {}; }
  INLINE_MEMBER void addProductTo(float *, float) const {}
  INLINE_MEMBER void plusProduct(const float *, float) {}
  INLINE_MEMBER void storeTo(float *) const {}
  INLINE_MEMBER Lanes<WIDTH, COUNT / 2, 0> low() const { return {}; }
  INLINE_MEMBER Lanes<WIDTH, COUNT / 2, 0> high() const { return {}; }
  INLINE_MEMBER Vector<COUNT * 4> filled() const { return splat<Vector<COUNT * 4>>(NEUTRAL); }
};

template <int WIDTH, int COUNT, unsigned PRESENT>
struct Lanes<WIDTH, COUNT, PRESENT, Shape::whole> {
  typedef Vector<COUNT * 4> V;
  V value;

  static INLINE_MEMBER Lanes of(V value) { return {value}; }
  static INLINE_MEMBER Lanes loaded(const float *row) { return {load<V>(row)}; }
  INLINE_MEMBER Lanes times(const float *row) const { return {value * load<V>(row)}; }
  /** row += weight · this. */
  INLINE_MEMBER void addProductTo(float *row, float weight) const {
    store(row, load<V>(row) + splat<V>(weight) * value);
  }
  /** this += weight · row. */
  INLINE_MEMBER void plusProduct(const float *row, float weight) {
    value = value + splat<V>(weight) * load<V>(row);
  }
  INLINE_MEMBER void storeTo(float *row) const { store(row, value); }
  INLINE_MEMBER Lanes<WIDTH, COUNT / 2, lowBits(COUNT / 2)> low() const { return {lower(value)}; }
  INLINE_MEMBER Lanes<WIDTH, COUNT / 2, lowBits(COUNT / 2)> high() const { return {upper(value)}; }
  INLINE_MEMBER V filled() const { return value; }
};

/** A register of which some vectors are left out: those of products are neutral, others are anything. */
template <int WIDTH, int COUNT, unsigned PRESENT>
struct Lanes<WIDTH, COUNT, PRESENT, Shape::masked> {
  typedef Vector<16> V;
  V value;

  static INLINE_MEMBER Lanes loaded(const float *row) { return {load<V>(row)}; }
  INLINE_MEMBER Lanes times(const float *row) const {
    return {select<V>(present(), value * load<V>(row), splat<V>(NEUTRAL))};
  }
  INLINE_MEMBER void addProductTo(float *row, float weight) const {
    const V before = load<V>(row);
    store(row, select<V>(present(), before + splat<V>(weight) * value, before));
  }
  INLINE_MEMBER void plusProduct(const float *row, float weight) {
    value = value + splat<V>(weight) * load<V>(row);
  }
  INLINE_MEMBER void storeTo(float *row) const {
    store(row, select<V>(present(), value, load<V>(row)));
  }
  INLINE_MEMBER auto low() const {
    return Lanes<WIDTH, 2, PRESENT & lowBits(2)>::of(lower(value));
  }
  INLINE_MEMBER auto high() const { return Lanes<WIDTH, 2, (PRESENT >> 2)>::of(upper(value)); }
  /** A product as one vector. */
  INLINE_MEMBER V filled() const { return value; }

 private:
  static INLINE_MEMBER Bits<V> present() {
    constexpr int A = PRESENT & 1 ? -1 : 0, B = PRESENT & 2 ? -1 : 0;
    constexpr int C = PRESENT & 4 ? -1 : 0, D = PRESENT & 8 ? -1 : 0;
    return Bits<V>{A, A, A, A, B, B, B, B, C, C, C, C, D, D, D, D};
  }
};

template <int WIDTH, int COUNT, unsigned PRESENT>
struct Lanes<WIDTH, COUNT, PRESENT, Shape::halves> {
  static constexpr int HALF = COUNT / 2;
  typedef Lanes<WIDTH, HALF, PRESENT & lowBits(HALF)> Low;
  typedef Lanes<WIDTH, HALF, (PRESENT >> HALF)> High;
  Low lowHalf;
  High highHalf;

  static INLINE_MEMBER Lanes of(Vector<COUNT * 4> value) {
    return {Low::of(lower(value)), High::of(upper(value))};
  }
  static INLINE_MEMBER Lanes loaded(const float *row) {
    return {Low::loaded(row), High::loaded(row + HALF * 4)};
  }
  INLINE_MEMBER Lanes times(const float *row) const {
    return {lowHalf.times(row), highHalf.times(row + HALF * 4)};
  }
  INLINE_MEMBER void addProductTo(float *row, float weight) const {
    lowHalf.addProductTo(row, weight);
    highHalf.addProductTo(row + HALF * 4, weight);
  }
  INLINE_MEMBER void plusProduct(const float *row, float weight) {
    lowHalf.plusProduct(row, weight);
    highHalf.plusProduct(row + HALF * 4, weight);
  }
  INLINE_MEMBER void storeTo(float *row) const {
    lowHalf.storeTo(row);
    highHalf.storeTo(row + HALF * 4);
  }
  INLINE_MEMBER Low low() const { return lowHalf; }
  INLINE_MEMBER High high() const { return highHalf; }
  /** As one vector, with the neutral number in place of vectors that are not present. */
  INLINE_MEMBER Vector<COUNT * 4> filled() const {
    return join(lowHalf.filled(), highHalf.filled());
  }
};

/** a + b; what is present in one of them only is not added to anything. */
template <int WIDTH, int COUNT, unsigned A, unsigned B>
INLINE Lanes<WIDTH, COUNT, A | B> sum(const Lanes<WIDTH, COUNT, A> &a, const Lanes<WIDTH, COUNT, B> &b) {
  if constexpr (A == 0) {
    return b;
  } else if constexpr (B == 0) {
    return a;
  } else if constexpr (SHAPE<WIDTH, COUNT, A | B> == Shape::halves) {
    return {sum(a.low(), b.low()), sum(a.high(), b.high())};
  } else {
    return {a.filled() + b.filled()};
  }
}

/** The upper half added to the lower. */
template <typename L>
INLINE auto folded(const L &lanes) {
  return sum(lanes.low(), lanes.high());
}

}  // namespace
