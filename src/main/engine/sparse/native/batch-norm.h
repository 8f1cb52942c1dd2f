// Batch normalisation; see assembly/batch-norm.ts, whose sums these are.
#pragma once

#include "planes.h"

namespace {

template <int WIDTH>
struct BatchNormalization {
  static void batchNormStatistics(const Memory &memory, int32_t examples, double epsilon,
                                  const BatchNorm &layer, const View &x) {
    const int32_t groups = (examples + 3) >> 2;
    const double count = double(examples) * double(x.height * x.width);
    for (int32_t channel = 0; channel < x.channels; channel++) {
      double sum = 0;
      for (int32_t group = 0; group < groups; group++) {
        sum += sumOfPlane<false>(memory, x, group, channel, 0, examples);
      }
      const float mean = float(sum / count);
      double squares = 0;
      for (int32_t group = 0; group < groups; group++) {
        squares += sumOfPlane<true>(memory, x, group, channel, mean, examples);
      }
      float *statistics = statisticsOf(memory, layer, channel);
      statistics[MEAN] = mean;
      statistics[INVERSE_DEVIATION] = float(1 / __builtin_sqrt(squares / count + epsilon));
      statistics[UNBIASED_VARIANCE] = float(squares / (count - 1 > 1 ? count - 1 : 1));
    }
  }

  static void batchNormApply(const Memory &memory, int32_t groups, bool isRectified,
                             const BatchNorm &layer, const View &x, const View &y) {
    for (int32_t channel = 0; channel < x.channels; channel++) {
      const float *statistics = statisticsOf(memory, layer, channel);
      const float scale = statistics[INVERSE_DEVIATION] * memory.floats(layer.gamma)[channel];
      const float shift = memory.floats(layer.beta)[channel];
      normalizeChannel(memory, channel, groups, isRectified, {statistics[MEAN], scale, shift}, x, y);
    }
  }

  static void batchNormInference(const Memory &memory, int32_t groups, bool isRectified, double epsilon,
                                 const BatchNorm &layer, const View &x, const View &y) {
    for (int32_t channel = 0; channel < x.channels; channel++) {
      const float mean = memory.floats(layer.runningMean)[channel];
      const float variance = memory.floats(layer.runningVariance)[channel];
      const float inverse = float(1 / __builtin_sqrt(double(variance) + epsilon));
      const float scale = inverse * memory.floats(layer.gamma)[channel];
      const float shift = memory.floats(layer.beta)[channel];
      normalizeChannel(memory, channel, groups, isRectified, {mean, scale, shift}, x, y);
    }
  }

  static void batchNormGradients(const Memory &memory, int32_t examples, bool isRectified,
                                 const BatchNorm &layer, const View &x, const View &g) {
    const int32_t groups = (examples + 3) >> 2;
    const double count = double(examples) * double(x.height * x.width);
    for (int32_t channel = 0; channel < x.channels; channel++) {
      float *statistics = statisticsOf(memory, layer, channel);
      const float inverse = statistics[INVERSE_DEVIATION];
      const float scale = inverse * memory.floats(layer.gamma)[channel];
      const Scaling scaling = {statistics[MEAN], scale, memory.floats(layer.beta)[channel]};
      double sum = 0;
      double products = 0;
      for (int32_t group = 0; group < groups; group++) {
        const Sums sums =
            gradientSumsOfPlane(memory, isRectified, x, g, group, channel, scaling, examples);
        sum += sums.gradients;
        products += sums.products;
      }
      memory.floats(layer.betaGradient)[channel] += float(sum);
      memory.floats(layer.gammaGradient)[channel] += float(products * double(inverse));
      statistics[GRADIENT_MEAN] = float(sum / count);
      statistics[GRADIENT_SLOPE] = float((products / count) * double(inverse) * double(inverse));
    }
  }

  static void batchNormInputGradient(const Memory &memory, int32_t examples, bool isRectified,
                                     const BatchNorm &layer, const View &x, const View &g,
                                     const View &dx) {
    const int32_t groups = (examples + 3) >> 2;
    for (int32_t channel = 0; channel < x.channels; channel++) {
      const float *statistics = statisticsOf(memory, layer, channel);
      const float scale = statistics[INVERSE_DEVIATION] * memory.floats(layer.gamma)[channel];
      const Scaling scaling = {statistics[MEAN], scale, memory.floats(layer.beta)[channel]};
      const float share = statistics[GRADIENT_MEAN];
      const float slope = statistics[GRADIENT_SLOPE];
      for (int32_t group = 0; group < groups; group++) {
        const Bits<Four> lanes = groupLanes(group, examples);
        for (int32_t row = 0; row < x.height; row++) {
          const float *values = rowOf(memory, x, group, channel, row);
          const float *gradients = rowOf(memory, g, group, channel, row);
          float *to = rowOf(memory, dx, group, channel, row);
          forEachPixel<WIDTH>(x.width, [&](auto vector, int32_t at) INLINE_LAMBDA {
            typedef decltype(vector) V;
            const V deviation = load<V>(values + at) - scaling.mean;
            const V passed = passedOf(isRectified, load<V>(gradients + at), deviation, scaling);
            const V rest = passed - share - deviation * slope;
            store(to + at, only<V>(repeated<V>(lanes), rest * scale));
          });
        }
      }
    }
  }

 private:
  /** Places in one channel of `BatchNorm.statistics`. */
  enum Statistic { MEAN, INVERSE_DEVIATION, UNBIASED_VARIANCE, GRADIENT_MEAN, GRADIENT_SLOPE };

  /** y = (x − mean) · scale + shift. */
  struct Scaling {
    float mean;
    float scale;
    float shift;
  };

  struct Sums {
    double gradients;
    double products;
  };

  /** A register that holds an even and an odd pixel, whose sums are apart. */
  typedef Vector<8> Pair;
  typedef double Two __attribute__((vector_size(16)));

  static INLINE_MEMBER float *statisticsOf(const Memory &memory, const BatchNorm &layer,
                                           int32_t channel) {
    return memory.floats(layer.statistics + channel * CHANNEL_STATISTICS);
  }

  static INLINE_MEMBER float *rowOf(const Memory &memory, const View &view, int32_t group,
                                    int32_t channel, int32_t row) {
    return memory.floats(groupOf(view, group) + channel * view.planePitch + row * view.rowPitch);
  }

  static INLINE_MEMBER void normalizeChannel(const Memory &memory, int32_t channel, int32_t groups,
                                             bool isRectified, Scaling scaling, const View &x,
                                             const View &y) {
    const float least = isRectified ? 0 : -__builtin_inff();
    for (int32_t group = 0; group < groups; group++) {
      for (int32_t row = 0; row < x.height; row++) {
        const float *from = rowOf(memory, x, group, channel, row);
        float *to = rowOf(memory, y, group, channel, row);
        forEachPixel<WIDTH>(x.width, [&](auto vector, int32_t at) INLINE_LAMBDA {
          typedef decltype(vector) V;
          const V normalized = (load<V>(from + at) - scaling.mean) * scaling.scale + scaling.shift;
          store(to + at, atLeast(normalized, splat<V>(least)));
        });
      }
    }
  }

  /** The gradient by the output of the normalisation, given that by the ReLU behind it. */
  template <typename V>
  static INLINE_MEMBER V passedOf(bool isRectified, V gradient, V deviation, const Scaling &scaling) {
    const Bits<V> always = Bits<V>{} - (isRectified ? 0 : 1);
    return only<V>((deviation * scaling.scale + scaling.shift > V{}) | always, gradient);
  }

  /** Σ x, or with IS_SQUARED Σ (x − mean)², over one channel of a group. */
  template <bool IS_SQUARED>
  static INLINE_MEMBER double sumOfPlane(const Memory &memory, const View &x, int32_t group,
                                         int32_t channel, float mean, int32_t examples) {
    const Bits<Four> lanes = groupLanes(group, examples);
    Two sum = {};
    for (int32_t row = 0; row < x.height; row++) {
      const float *values = rowOf(memory, x, group, channel, row);
      Pair pairs = {};
      const int32_t even = x.width & ~1;
      for (int32_t pixel = 0; pixel < even; pixel += 2) {
        pairs = plusTerm<IS_SQUARED>(pairs, load<Pair>(values + pixel * 4), mean);
      }
      Four last = lower(pairs);
      if (even < x.width) last = plusTerm<IS_SQUARED>(last, load<Four>(values + even * 4), mean);
      sum = plusPrecisely(sum, only<Four>(lanes, last + upper(pairs)));
    }
    return sum[0] + sum[1];
  }

  template <bool IS_SQUARED, typename V>
  static INLINE_MEMBER V plusTerm(V sum, V x, float mean) {
    if (!IS_SQUARED) return sum + x;
    const V deviation = x - mean;
    return sum + deviation * deviation;
  }

  /** Σ g and Σ g (x − mean) over one channel of a group. */
  static INLINE_MEMBER Sums gradientSumsOfPlane(const Memory &memory, bool isRectified, const View &x,
                                                const View &g, int32_t group, int32_t channel,
                                                const Scaling &scaling, int32_t examples) {
    const Bits<Four> lanes = groupLanes(group, examples);
    Two sum = {};
    Two products = {};
    for (int32_t row = 0; row < x.height; row++) {
      const float *values = rowOf(memory, x, group, channel, row);
      const float *gradients = rowOf(memory, g, group, channel, row);
      Pair rowSum = {};
      Pair rowProducts = {};
      const int32_t even = x.width & ~1;
      for (int32_t pixel = 0; pixel < even; pixel += 2) {
        const Pair deviation = load<Pair>(values + pixel * 4) - scaling.mean;
        const Pair passed = passedOf(isRectified, load<Pair>(gradients + pixel * 4), deviation, scaling);
        rowSum = rowSum + passed;
        rowProducts = rowProducts + deviation * passed;
      }
      Four evenSum = lower(rowSum);
      Four evenProducts = lower(rowProducts);
      if (even < x.width) {
        const Four deviation = load<Four>(values + even * 4) - scaling.mean;
        const Four passed = passedOf(isRectified, load<Four>(gradients + even * 4), deviation, scaling);
        evenSum = evenSum + passed;
        evenProducts = evenProducts + deviation * passed;
      }
      sum = plusPrecisely(sum, only<Four>(lanes, evenSum + upper(rowSum)));
      products = plusPrecisely(products, only<Four>(lanes, evenProducts + upper(rowProducts)));
    }
    return {sum[0] + sum[1], products[0] + products[1]};
  }

  /** Adds the four lanes of a float32 vector to the two lanes of a float64 one. */
  static INLINE_MEMBER Two plusPrecisely(Two sum, Four four) {
    const Two low = {double(four[0]), double(four[1])};
    const Two high = {double(four[2]), double(four[3])};
    return sum + (low + high);
  }
};

}  // namespace
