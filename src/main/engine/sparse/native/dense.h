// Fully connected layers; see assembly/dense.ts and assembly/dense-products.ts, whose sums these are.
#pragma once

#include "bindings.h"
#include "lanes.h"
#include "memory.h"

namespace {

template <int WIDTH>
struct Dense {
  static constexpr uint32_t ROW_FLOATS = ROW / 4;

  static void denseForward(const Memory &memory, int32_t vectors, const SparseMatrix &matrix,
                           Pointer weights, Pointer biases, Pointer x, Pointer y) {
    for (int32_t first = 0; first < vectors; first += TILE_VECTORS) {
      fillWithBiases(memory, matrix.outputs, biases, y);
      multiplyRows<Forward>(memory, vectors - first, matrix, weights, x, y);
      x += matrix.inputs * ROW;
      y += matrix.outputs * ROW;
    }
  }

  static void denseForwardBytes(const Memory &memory, const SparseMatrix &matrix, Pointer weights,
                                Pointer biases, const LiveRows &x, Pointer y) {
    fillWithBiases(memory, matrix.outputs, biases, y);
    const uint32_t *starts = memory.words(matrix.rows);
    const uint32_t *features = memory.words(x.features);
    char *target = memory.bytes(y);
    for (int32_t at = 0; at < x.count; at++) {
      const uint32_t start = starts[features[at]];
      const uint32_t end = starts[features[at] + 1];
      if (end == start) continue;
      alignas(ROW) float values[ROW_FLOATS];
      widenBytes(memory, TILE, memory.bytes(x.bytes + at * TILE), values);
      multiplyWideRow<Forward, 8>(Row{(end - start) / 4, memory.words(matrix.columns + start),
                                      memory.floats(weights + start), values},
                                  target);
    }
  }

  static void denseWeightGradient(const Memory &memory, int32_t vectors, const SparseMatrix &matrix,
                                  Pointer gradients, Pointer x, Pointer g) {
    for (int32_t first = 0; first < vectors; first += TILE_VECTORS) {
      multiplyRows<WeightGradient>(memory, vectors - first, matrix, gradients, x, g);
      x += matrix.inputs * ROW;
      g += matrix.outputs * ROW;
    }
  }

  static void denseInputGradient(const Memory &memory, int32_t vectors, const SparseMatrix &matrix,
                                 Pointer weights, Pointer dx, Pointer g) {
    for (int32_t first = 0; first < vectors; first += TILE_VECTORS) {
      switch (vectors - first) {
        case 1: inputGradient<lowBits(1)>(memory, matrix, weights, dx, g); break;
        case 2: inputGradient<lowBits(2)>(memory, matrix, weights, dx, g); break;
        case 3: inputGradient<lowBits(3)>(memory, matrix, weights, dx, g); break;
        case 4: inputGradient<lowBits(4)>(memory, matrix, weights, dx, g); break;
        case 5: inputGradient<lowBits(5)>(memory, matrix, weights, dx, g); break;
        case 6: inputGradient<lowBits(6)>(memory, matrix, weights, dx, g); break;
        case 7: inputGradient<lowBits(7)>(memory, matrix, weights, dx, g); break;
        default: inputGradient<lowBits(8)>(memory, matrix, weights, dx, g);
      }
      dx += matrix.inputs * ROW;
      g += matrix.outputs * ROW;
    }
  }

  static void denseBiasGradient(const Memory &memory, int32_t vectors, int32_t outputs,
                                Pointer gradients, Pointer g) {
    float *sums = memory.floats(gradients);
    int32_t output = 0;
    for (; output + 4 <= outputs; output += 4) {
      addBiases<4>(memory, vectors, outputs, sums + output, g + output * ROW);
    }
    for (; output < outputs; output++) {
      addBiases<1>(memory, vectors, outputs, sums + output, g + output * ROW);
    }
  }

 private:
  /** COUNT outputs together: an addition waits for the one before it, and others fill the time. */
  template <int COUNT>
  static INLINE_MEMBER void addBiases(const Memory &memory, int32_t vectors, int32_t outputs,
                                      float *gradients, Pointer row) {
    Four sums[COUNT] = {};
    for (int32_t first = 0; first < vectors; first += TILE_VECTORS, row += outputs * ROW) {
      const float *values = memory.floats(row);
      const int32_t count = vectors - first < 8 ? vectors - first : 8;
      for (int32_t vector = 0; vector < count; vector++) {
        for (int at = 0; at < COUNT; at++) sums[at] += load<Four>(values + at * ROW_FLOATS + vector * 4);
      }
    }
    for (int at = 0; at < COUNT; at++) gradients[at] += sumOf(sums[at]);
  }

  static void fillWithBiases(const Memory &memory, int32_t outputs, Pointer biases, Pointer y) {
    const float *bias = memory.floats(biases);
    float *row = memory.floats(y);
    for (int32_t output = 0; output < outputs; output++, row += ROW_FLOATS) {
      const Vector<WIDTH> value = splat<Vector<WIDTH>>(bias[output]);
      for (uint32_t at = 0; at < ROW_FLOATS; at += WIDTH) store(row + at, value);
    }
  }

  /** y[output] += weight · x, for the survivors of one input. */
  struct Forward {
    template <unsigned PRESENT>
    static INLINE_MEMBER void multiply(uint32_t survivors, const uint32_t *columns, float *weights,
                                       const float *x, char *y) {
      const auto row = Lanes<WIDTH, 8, PRESENT>::loaded(x);
      for (uint32_t k = 0; k < survivors; k++) {
        row.addProductTo(reinterpret_cast<float *>(y + columns[k]), weights[k]);
      }
    }
  };

  /** ∂weight += Σ x · g[output], for the survivors of one input. */
  struct WeightGradient {
    template <unsigned PRESENT>
    static INLINE_MEMBER void multiply(uint32_t survivors, const uint32_t *columns, float *gradients,
                                       const float *x, char *g) {
      typedef Lanes<WIDTH, 8, PRESENT> Whole;
      const Whole row = Whole::loaded(x);
      const auto halfOf = [&](uint32_t k) INLINE_LAMBDA {
        return folded(row.times(reinterpret_cast<const float *>(g + columns[k])));
      };
      const auto quarterOf = [&](uint32_t k) INLINE_LAMBDA { return folded(halfOf(k)); };
      uint32_t k = 0;
      if constexpr (WIDTH >= 16 && ((PRESENT | PRESENT >> 4) & lowBits(4)) == lowBits(4)) {
        const auto pairOf = [&](uint32_t k) INLINE_LAMBDA {
          return foldedPair(halfOf(k).filled(), halfOf(k + 2).filled());
        };
        for (; k + 8 <= survivors; k += 8) {
          const Vector<8> sums = sumsOfEight(pairOf(k), pairOf(k + 4), pairOf(k + 1), pairOf(k + 5));
          store(gradients + k, load<Vector<8>>(gradients + k) + sums);
        }
      } else if constexpr (WIDTH >= 8) {
        const auto pairOf = [&](uint32_t k) INLINE_LAMBDA {
          return foldedPair(quarterOf(k).filled(), quarterOf(k + 4).filled());
        };
        for (; k + 8 <= survivors; k += 8) {
          const Vector<8> sums = sumsOfEight(pairOf(k), pairOf(k + 1), pairOf(k + 2), pairOf(k + 3));
          store(gradients + k, load<Vector<8>>(gradients + k) + sums);
        }
      }
      const auto fourOf = [&](uint32_t k) INLINE_LAMBDA { return folded(quarterOf(k)).value; };
      for (; k + 4 <= survivors; k += 4) {
        const Four sums = sumsOfFour(fourOf(k), fourOf(k + 1), fourOf(k + 2), fourOf(k + 3));
        store(gradients + k, load<Four>(gradients + k) + sums);
      }
      for (; k < survivors; k++) gradients[k] += sumOf(fourOf(k));
    }
  };

  /** One input of a tile, and its survivors. */
  struct Row {
    uint32_t survivors;
    const uint32_t *columns;
    float *parameters;
    const float *x;
  };

  /** One product of a tile, input by input. */
  template <typename Product>
  static void multiplyRows(const Memory &memory, int32_t vectors, const SparseMatrix &matrix,
                           Pointer parameters, Pointer x, Pointer outputs) {
    switch (vectors) {
      case 1: multiplyNarrow<Product, lowBits(1)>(memory, matrix, parameters, x, outputs); break;
      case 2: multiplyNarrow<Product, lowBits(2)>(memory, matrix, parameters, x, outputs); break;
      case 3: multiplyNarrow<Product, lowBits(3)>(memory, matrix, parameters, x, outputs); break;
      case 4: multiplyNarrow<Product, lowBits(4)>(memory, matrix, parameters, x, outputs); break;
      case 5: multiplyNarrow<Product, lowBits(5)>(memory, matrix, parameters, x, outputs); break;
      case 6: multiplyNarrow<Product, lowBits(6)>(memory, matrix, parameters, x, outputs); break;
      case 7: multiplyWide<Product, 7>(memory, matrix, parameters, x, outputs); break;
      default: multiplyWide<Product, 8>(memory, matrix, parameters, x, outputs);
    }
  }

  /** Rows of up to six vectors; rows that are zero are left out. */
  template <typename Product, unsigned PRESENT>
  static void multiplyNarrow(const Memory &memory, const SparseMatrix &matrix, Pointer parameters,
                             Pointer x, Pointer outputs) {
    forEachRow(memory, matrix, parameters, x, [&](const Row &row) INLINE_LAMBDA {
      if (!isLive<PRESENT>(row.x)) return;
      Product::template multiply<PRESENT>(row.survivors, row.columns, row.parameters, row.x,
                                          memory.bytes(outputs));
    });
  }

  /** Rows of seven or eight vectors. */
  template <typename Product, int COUNT>
  static void multiplyWide(const Memory &memory, const SparseMatrix &matrix, Pointer parameters,
                           Pointer x, Pointer outputs) {
    char *target = memory.bytes(outputs);
    forEachRow(memory, matrix, parameters, x, [&](const Row &row) INLINE_LAMBDA {
      multiplyWideRow<Product, COUNT>(row, target);
    });
  }

  /** A row that is zero is left out; of many survivors, so are quarters that are zero. */
  template <typename Product, int COUNT>
  static INLINE_MEMBER void multiplyWideRow(const Row &row, char *target) {
    constexpr unsigned ALL = lowBits(COUNT);
    if (row.survivors < MANY) {
      if (!isLive<ALL>(row.x)) return;
      Product::template multiply<ALL>(row.survivors, row.columns, row.parameters, row.x, target);
      return;
    }
#define CASE(QUARTERS)                                                                       \
  case QUARTERS:                                                                             \
    Product::template multiply<ALL & vectorsOf(QUARTERS)>(row.survivors, row.columns,        \
                                                          row.parameters, row.x, target);    \
    break;
    switch (liveQuarters<COUNT>(row.x)) {
      CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8)
      CASE(9) CASE(10) CASE(11) CASE(12) CASE(13) CASE(14) CASE(15)
    }
#undef CASE
  }

  /** With as many survivors or more, looking for quarters that are zero pays. */
  static constexpr uint32_t MANY = 20;

  /** The vectors of these quarters; a quarter is two. */
  static constexpr unsigned vectorsOf(unsigned quarters) {
    unsigned present = 0;
    for (int quarter = 0; quarter < 4; quarter++) {
      if (quarters >> quarter & 1) present |= 3u << (2 * quarter);
    }
    return present;
  }

  template <typename Visit>
  static INLINE_MEMBER void forEachRow(const Memory &memory, const SparseMatrix &matrix,
                                       Pointer parameters, Pointer x, Visit visit) {
    const uint32_t *starts = memory.words(matrix.rows);
    const float *values = memory.floats(x);
    uint32_t start = starts[0];
    for (int32_t input = 0; input < matrix.inputs; input++, values += ROW_FLOATS) {
      const uint32_t end = starts[input + 1];
      if (end != start) {
        visit(Row{(end - start) / 4, memory.words(matrix.columns + start),
                  memory.floats(parameters + start), values});
      }
      start = end;
    }
  }

  /** Whether any number of the first vectors of a row is not zero; -0 is not. */
  template <unsigned PRESENT>
  static INLINE_MEMBER bool isLive(const float *x) {
    Bits<Four> any = {};
    for (int vector = 0; (PRESENT >> vector) != 0; vector++) any |= load<Bits<Four>>(x + vector * 4);
    return anyOf(any);
  }

  static INLINE_MEMBER bool anyOf(Bits<Four> bits) {
    uint64_t halves[2];
    __builtin_memcpy(halves, &bits, sizeof(bits));
    return (halves[0] | halves[1]) != 0;
  }

  /** Bit k: whether any number of quarter k is not zero. */
  template <int COUNT>
  static INLINE_MEMBER unsigned liveQuarters(const float *x) {
    unsigned live = 0;
    for (int quarter = 0; quarter < 4; quarter++) {
      Bits<Four> any = load<Bits<Four>>(x + quarter * 8);
      if (quarter * 2 + 1 < COUNT) any |= load<Bits<Four>>(x + quarter * 8 + 4);
      live |= unsigned(anyOf(any)) << quarter;
    }
    return live;
  }

  template <unsigned PRESENT>
  static void inputGradient(const Memory &memory, const SparseMatrix &matrix, Pointer weights,
                            Pointer dx, Pointer g) {
    const uint32_t *starts = memory.words(matrix.rows);
    const char *gradients = memory.bytes(g);
    float *target = memory.floats(dx);
    uint32_t start = starts[0];
    for (int32_t input = 0; input < matrix.inputs; input++, target += ROW_FLOATS) {
      const uint32_t end = starts[input + 1];
      const uint32_t *columns = memory.words(matrix.columns + start);
      const float *weight = memory.floats(weights + start);
      Lanes<WIDTH, 8, PRESENT> sums = {};
      const uint32_t survivors = (end - start) / 4;
      for (uint32_t k = 0; k < survivors; k++) {
        sums.plusProduct(reinterpret_cast<const float *>(gradients + columns[k]), weight[k]);
      }
      sums.storeTo(target);
      start = end;
    }
  }
};

}  // namespace
