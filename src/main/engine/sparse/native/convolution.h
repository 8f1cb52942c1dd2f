// Direct sparse convolution; see assembly/convolution.ts, whose sums these are.
#pragma once

#include "planes.h"

namespace {

template <int WIDTH>
struct Convolution {
  static void convolve(const Memory &memory, int32_t groups, const SparseKernel &kernel,
                       Pointer weights, Pointer biases, const Windows &x, const View &y) {
    const bool isContiguous = x.pixelPitch == PIXEL;
    // Runs of a row have about the same length.
    const int32_t longest = isContiguous ? RUN : STRIDED_RUN;
    const int32_t runs = (y.width + longest - 1) / longest;
    const int32_t length = (y.width + runs - 1) / runs;
    for (int32_t group = 0; group < groups; group++) {
      const Pointer windows = x.start + group * x.groupPitch;
      for (int32_t row = 0; row < y.height; row++) {
        for (int32_t pixel = 0; pixel < y.width; pixel += length) {
          const Run run = {
              memory.words(kernel.starts),
              memory.bytes(kernel.offsets),
              memory.bytes(weights),
              biases == 0 ? nullptr : memory.floats(biases),
              memory.bytes(windows + row * x.rowPitch + pixel * x.pixelPitch),
              x.pixelPitch,
              memory.bytes(groupOf(y, group) + row * y.rowPitch + pixel * PIXEL),
              y.channels,
              y.planePitch,
          };
          const int32_t pixels = length < y.width - pixel ? length : y.width - pixel;
          if (isContiguous) convolveRun<RUN>(pixels, run);
          else convolveStrided<STRIDED_RUN>(pixels, run);
        }
      }
    }
  }

  static void convolutionWeightGradient(const Memory &memory, int32_t groups,
                                        const SparseKernel &kernel, Pointer gradients,
                                        const Windows &x, const View &g) {
    if (x.pixelPitch == PIXEL) weightGradient<true>(memory, groups, kernel, gradients, x, g);
    else weightGradient<false>(memory, groups, kernel, gradients, x, g);
  }

  static void convolutionBiasGradient(const Memory &memory, int32_t groups, Pointer gradients,
                                      const View &g) {
    float *sums = memory.floats(gradients);
    for (int32_t output = 0; output < g.channels; output++) {
      Four sum = {};
      for (int32_t group = 0; group < groups; group++) {
        for (int32_t row = 0; row < g.height; row++) {
          const float *values =
              memory.floats(groupOf(g, group) + output * g.planePitch + row * g.rowPitch);
          Four rowSum = {};
          for (int32_t pixel = 0; pixel < g.width; pixel++) rowSum += load<Four>(values + pixel * 4);
          sum += rowSum;
        }
      }
      sums[output] += sumOf(sum);
    }
  }

  static void gatherWeights(const Memory &memory, uint32_t bytes, Pointer positions, Pointer from,
                            Pointer to) {
    const uint32_t *position = memory.words(positions);
    const char *source = memory.bytes(from);
    float *target = memory.floats(to);
    for (uint32_t k = 0; k < bytes / 4; k++) target[k] = load<float>(source + position[k]);
  }

  static void scatterInputGradient(const Memory &memory, int32_t groups, const ScatterIndex &index,
                                   Pointer weights, const View &g, const Windows &dx) {
    const uint32_t *starts = memory.words(index.starts);
    for (int32_t group = 0; group < groups; group++) {
      const Pointer windows = dx.start + group * dx.groupPitch;
      Pointer plane = groupOf(g, group);
      for (int32_t output = 0; output < g.channels; output++, plane += g.planePitch) {
        for (uint32_t k = starts[output]; k < starts[output + 1]; k += 4) {
          const uint32_t tap = *memory.words(index.taps + k);
          const int32_t *range = reinterpret_cast<const int32_t *>(memory.bytes(index.ranges + tap));
          const float weight = *memory.floats(weights + k);
          const Pointer target = windows + *memory.words(index.targets + k);
          for (int32_t row = range[0]; row < range[1]; row++) {
            const char *from = memory.bytes(plane + row * g.rowPitch);
            char *to = memory.bytes(target + row * dx.rowPitch);
            for (int32_t pixel = range[2]; pixel < range[3]; pixel++) {
              char *at = to + pixel * dx.pixelPitch;
              store(at, load<Four>(at) + splat<Four>(weight) * load<Four>(from + pixel * PIXEL));
            }
          }
        }
      }
    }
  }

 private:
  /** Registers of sums: with fewer, an addition would wait for the one before. */
  static constexpr int SUMS = 8;
  /** Pixels whose sums are in registers at a time. */
  static constexpr int RUN = SUMS * WIDTH / 4;
  /** The same for windows that are not side by side, which have a register each. */
  static constexpr int STRIDED_RUN = 8;

  struct Run {
    const uint32_t *starts;
    const char *offsets;
    const char *weights;
    const float *biases;
    const char *x;
    uint32_t step;
    char *y;
    int32_t outputs;
    uint32_t planePitch;
  };

  /** Calls the loop that is compiled for this number of pixels. */
  template <int PIXELS>
  static INLINE_MEMBER void convolveRun(int32_t pixels, const Run &run) {
    if constexpr (PIXELS == 1) {
      convolvePixels<1>(run);
    } else {
      if (pixels >= PIXELS) convolvePixels<PIXELS>(run);
      else convolveRun<PIXELS - 1>(pixels, run);
    }
  }

  /** Neighbouring windows in every output channel: full registers, then a half or quarter of one. */
  template <int PIXELS>
  __attribute__((noinline)) static void convolvePixels(const Run &run) {
    typedef Vector<WIDTH> V;
    constexpr int PER_VECTOR = WIDTH / 4;
    constexpr int FULL = PIXELS / PER_VECTOR;
    constexpr int REST = PIXELS % PER_VECTOR;
    constexpr bool HAS_TWO = (REST & 2) != 0;
    constexpr bool HAS_ONE = (REST & 1) != 0;
    constexpr int AT_TWO = FULL * WIDTH * 4;
    constexpr int AT_ONE = AT_TWO + (HAS_TWO ? 32 : 0);
    char *to = run.y;
    uint32_t k = run.starts[0];
    for (int32_t output = 0; output < run.outputs; output++, to += run.planePitch) {
      const uint32_t end = run.starts[output + 1];
      const float bias = run.biases == nullptr ? 0 : run.biases[output];
      V sums[FULL + 1];
      for (int at = 0; at < FULL; at++) sums[at] = splat<V>(bias);
      Vector<8> two = splat<Vector<8>>(bias);
      Four one = splat<Four>(bias);
      for (; k < end; k += 4) {
        const char *from = run.x + load<uint32_t>(run.offsets + k);
        const float weight = load<float>(run.weights + k);
        for (int at = 0; at < FULL; at++) {
          sums[at] = sums[at] + splat<V>(weight) * load<V>(from + at * WIDTH * 4);
        }
        if (HAS_TWO) two = two + splat<Vector<8>>(weight) * load<Vector<8>>(from + AT_TWO);
        if (HAS_ONE) one = one + splat<Four>(weight) * load<Four>(from + AT_ONE);
      }
      for (int at = 0; at < FULL; at++) store(to + at * WIDTH * 4, sums[at]);
      if (HAS_TWO) store(to + AT_TWO, two);
      if (HAS_ONE) store(to + AT_ONE, one);
    }
  }

  template <int PIXELS>
  static INLINE_MEMBER void convolveStrided(int32_t pixels, const Run &run) {
    if constexpr (PIXELS == 1) {
      convolveApart<1>(run);
    } else {
      if (pixels >= PIXELS) convolveApart<PIXELS>(run);
      else convolveStrided<PIXELS - 1>(pixels, run);
    }
  }

  /** Windows that are not side by side. */
  template <int PIXELS>
  __attribute__((noinline)) static void convolveApart(const Run &run) {
    char *to = run.y;
    uint32_t k = run.starts[0];
    for (int32_t output = 0; output < run.outputs; output++, to += run.planePitch) {
      const uint32_t end = run.starts[output + 1];
      const float bias = run.biases == nullptr ? 0 : run.biases[output];
      Four sums[PIXELS];
      for (int at = 0; at < PIXELS; at++) sums[at] = splat<Four>(bias);
      for (; k < end; k += 4) {
        const char *from = run.x + load<uint32_t>(run.offsets + k);
        const float weight = load<float>(run.weights + k);
        for (int at = 0; at < PIXELS; at++) {
          sums[at] = sums[at] + splat<Four>(weight) * load<Four>(from + at * run.step);
        }
      }
      for (int at = 0; at < PIXELS; at++) store(to + at * PIXEL, sums[at]);
    }
  }

  /** A register that holds an even and an odd pixel, whose sums are apart. */
  typedef Vector<8> Pair;

  template <bool IS_CONTIGUOUS>
  static void weightGradient(const Memory &memory, int32_t groups, const SparseKernel &kernel,
                             Pointer gradients, const Windows &x, const View &g) {
    const uint32_t *starts = memory.words(kernel.starts);
    for (int32_t group = 0; group < groups; group++) {
      for (int32_t row = 0; row < g.height; row++) {
        const char *windows = memory.bytes(x.start + group * x.groupPitch + row * x.rowPitch);
        const char *plane = memory.bytes(groupOf(g, group) + row * g.rowPitch);
        uint32_t k = starts[0] / 4;
        for (int32_t output = 0; output < g.channels; output++, plane += g.planePitch) {
          const uint32_t end = starts[output + 1] / 4;
          const uint32_t *offsets = memory.words(kernel.offsets);
          float *sums = memory.floats(gradients);
          for (; k + 8 <= end; k += 8) {
            Pair products[8];
            rowProducts<IS_CONTIGUOUS, 8>(g.width, offsets + k, windows, x.pixelPitch, plane, products);
            const Pair added = sumsOfEight(
                foldedPair(products[0], products[4]), foldedPair(products[1], products[5]),
                foldedPair(products[2], products[6]), foldedPair(products[3], products[7]));
            store(sums + k, load<Pair>(sums + k) + added);
          }
          for (; k + 4 <= end; k += 4) {
            Pair products[4];
            rowProducts<IS_CONTIGUOUS, 4>(g.width, offsets + k, windows, x.pixelPitch, plane, products);
            const Four added = sumsOfFour(folded(products[0]), folded(products[1]),
                                          folded(products[2]), folded(products[3]));
            store(sums + k, load<Four>(sums + k) + added);
          }
          for (; k < end; k++) {
            Pair products[1];
            rowProducts<IS_CONTIGUOUS, 1>(g.width, offsets + k, windows, x.pixelPitch, plane, products);
            sums[k] += sumOf(folded(products[0]));
          }
        }
      }
    }
  }

  static INLINE_MEMBER Four folded(Pair pair) { return lower(pair) + upper(pair); }

  /** A row of gradients times the rows that COUNT survivors see. */
  template <bool IS_CONTIGUOUS, int COUNT>
  static INLINE_MEMBER void rowProducts(int32_t width, const uint32_t *offsets, const char *windows,
                                        uint32_t step, const char *g, Pair (&sums)[COUNT]) {
    const char *x[COUNT];
    for (int at = 0; at < COUNT; at++) x[at] = windows + offsets[at];
    for (int at = 0; at < COUNT; at++) sums[at] = Pair{};
    int32_t pixel = 0;
    uint32_t offset = 0;
    for (; pixel + 1 < width; pixel += 2, offset += 2 * (IS_CONTIGUOUS ? PIXEL : step)) {
      const Pair gradient = load<Pair>(g + pixel * PIXEL);
      for (int at = 0; at < COUNT; at++) {
        const Pair value = IS_CONTIGUOUS ? load<Pair>(x[at] + offset)
                                         : join(load<Four>(x[at] + offset),
                                                load<Four>(x[at] + offset + step));
        sums[at] = sums[at] + gradient * value;
      }
    }
    if (pixel == width) return;
    const Four gradient = load<Four>(g + pixel * PIXEL);
    for (int at = 0; at < COUNT; at++) {
      const Four sum = lower(sums[at]) + gradient * load<Four>(x[at] + offset);
      sums[at] = join(sum, upper(sums[at]));
    }
  }
};

}  // namespace
