// Pooling over planes; see assembly/pooling.ts.
#pragma once

#include "planes.h"

namespace {

template <int WIDTH>
struct Pooling {
  static void maxPoolForward(const Memory &memory, int32_t groups, const PoolingWindow &window,
                             const View &x, const View &y) {
    forEachWindow(groups, window, x, y, [&](const Place &place) INLINE_LAMBDA {
      Four largest = load<Four>(pixelOf(memory, x, place, place.firstRow, place.firstPixel));
      forEachPixelOf(place, [&](int32_t row, int32_t pixel) INLINE_LAMBDA {
        largest = larger(largest, load<Four>(pixelOf(memory, x, place, row, pixel)));
      });
      store(memory.bytes(place.output), largest);
    });
  }

  static void averagePoolForward(const Memory &memory, int32_t groups, const PoolingWindow &window,
                                 const View &x, const View &y) {
    forEachWindow(groups, window, x, y, [&](const Place &place) INLINE_LAMBDA {
      Four sum = {};
      forEachPixelOf(place, [&](int32_t row, int32_t pixel) INLINE_LAMBDA {
        sum = sum + load<Four>(pixelOf(memory, x, place, row, pixel));
      });
      store(memory.bytes(place.output), sum / countOf(place));
    });
  }

  static void maxPoolBackward(const Memory &memory, int32_t groups, const PoolingWindow &window,
                              const View &x, Pointer dx, const View &y, Pointer g) {
    const Pointer toInputGradient = dx - x.start;
    const Pointer toGradient = g - y.start;
    forEachWindow(groups, window, x, y, [&](const Place &place) INLINE_LAMBDA {
      const Four largest = load<Four>(memory.bytes(place.output));
      const Four gradient = load<Four>(memory.bytes(place.output + toGradient));
      Bits<Four> isOpen = Bits<Four>{} - 1;
      forEachPixelOf(place, [&](int32_t row, int32_t pixel) INLINE_LAMBDA {
        const Pointer at = addressOf(x, place, row, pixel);
        const Bits<Four> isLargest = isOpen & (load<Four>(memory.bytes(at)) == largest);
        char *target = memory.bytes(at + toInputGradient);
        store(target, load<Four>(target) + only<Four>(isLargest, gradient));
        isOpen = isOpen & ~isLargest;
      });
    });
  }

  static void averagePoolBackward(const Memory &memory, int32_t groups, const PoolingWindow &window,
                                  const View &dx, const View &g) {
    forEachWindow(groups, window, dx, g, [&](const Place &place) INLINE_LAMBDA {
      const Four share = load<Four>(memory.bytes(place.output)) / countOf(place);
      forEachPixelOf(place, [&](int32_t row, int32_t pixel) INLINE_LAMBDA {
        char *target = pixelOf(memory, dx, place, row, pixel);
        store(target, load<Four>(target) + share);
      });
    });
  }

 private:
  /** A window, cut to the image. */
  struct Place {
    Pointer input;
    Pointer output;
    int32_t firstRow;
    int32_t lastRow;
    int32_t firstPixel;
    int32_t lastPixel;
  };

  template <typename Visit>
  static INLINE_MEMBER void forEachWindow(int32_t groups, const PoolingWindow &window, const View &x,
                                          const View &y, Visit visit) {
    for (int32_t group = 0; group < groups; group++) {
      for (int32_t channel = 0; channel < x.channels; channel++) {
        const Pointer input = groupOf(x, group) + channel * x.planePitch;
        const Pointer output = groupOf(y, group) + channel * y.planePitch;
        for (int32_t row = 0; row < y.height; row++) {
          const int32_t top = row * window.stride - window.padTop;
          for (int32_t pixel = 0; pixel < y.width; pixel++) {
            const int32_t left = pixel * window.stride - window.padLeft;
            visit(Place{
                input,
                output + row * y.rowPitch + pixel * PIXEL,
                top > 0 ? top : 0,
                top + window.size < x.height ? top + window.size : x.height,
                left > 0 ? left : 0,
                left + window.size < x.width ? left + window.size : x.width,
            });
          }
        }
      }
    }
  }

  template <typename Visit>
  static INLINE_MEMBER void forEachPixelOf(const Place &place, Visit visit) {
    for (int32_t row = place.firstRow; row < place.lastRow; row++) {
      for (int32_t pixel = place.firstPixel; pixel < place.lastPixel; pixel++) visit(row, pixel);
    }
  }

  static INLINE_MEMBER Pointer addressOf(const View &x, const Place &place, int32_t row, int32_t pixel) {
    return place.input + row * x.rowPitch + pixel * PIXEL;
  }

  static INLINE_MEMBER char *pixelOf(const Memory &memory, const View &x, const Place &place,
                                     int32_t row, int32_t pixel) {
    return memory.bytes(addressOf(x, place, row, pixel));
  }

  static INLINE_MEMBER float countOf(const Place &place) {
    return float((place.lastRow - place.firstRow) * (place.lastPixel - place.firstPixel));
  }
};

}  // namespace
