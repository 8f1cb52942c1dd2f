/**
 * The structs that kernels take besides numbers. The host writes them into `argumentBlock` before a
 * call and passes their addresses. Fields have 4 bytes each and lie in the order in which they stand
 * here; kernel-bindings.ts is generated from this file and the exports of index.ts.
 */
import { PIXEL, TILE_VECTORS } from './layout';

/** A byte address in the memory of one trainer. */
export type Pointer = usize;

/**
 * A strided view of the values or gradients of an activation, `[tile][group][channel][row][pixel][4]`:
 * a group is a vector of four examples, a tile has eight groups. Flat features are channels of one
 * pixel. All pitches are in bytes.
 */
@unmanaged
export class View {
  /** The first pixel of the first group and channel, inside the margin. */
  start: Pointer;
  /** From one tile to the next. */
  tilePitch: usize;
  /** From one group to the next of the same tile. */
  groupPitch: usize;
  /** From one channel to the next. */
  planePitch: usize;
  /** From one row of pixels to the next. */
  rowPitch: usize;
  channels: i32;
  height: i32;
  width: i32;

  /** The address of a group's first pixel. */
  @inline
  group(group: i32): usize {
    const tile = <usize>(group / TILE_VECTORS) * this.tilePitch;
    return this.start + tile + <usize>(group % TILE_VECTORS) * this.groupPitch;
  }

  /** Bytes of a row's pixels. */
  @inline
  rowBytes(): usize {
    return <usize>this.width * PIXEL;
  }
}

/** The windows of a convolution over planes. All pitches are in bytes. */
@unmanaged
export class Windows {
  /** The first pixel of the first window; it may lie in the margin. */
  start: Pointer;
  /** From a group's windows to those of the next group. */
  groupPitch: usize;
  /** From a row of windows to the next. */
  rowPitch: usize;
  /** From a window to the next in its row. */
  pixelPitch: usize;
}

/** The windows of a pooling layer, in pixels. */
@unmanaged
export class PoolingWindow {
  size: i32;
  stride: i32;
  /** How far the first windows reach over the edges of the image. */
  padTop: i32;
  padLeft: i32;
}

/** Where the survivors of a dense layer's weights `[inputs, outputs]` are; see dense.ts. */
@unmanaged
export class SparseMatrix {
  inputs: i32;
  outputs: i32;
  /** u32 `[inputs + 1]`: byte offsets of each input's first survivor. */
  rows: Pointer;
  /** u32 `[survivors]`: byte offsets of the output's row in a tile. */
  columns: Pointer;
}

/** The features of a tile of examples that are not zero in all of them; see examples.ts. */
@unmanaged
export class LiveRows {
  count: i32;
  /** u32 `[count]`: which features, in ascending order. */
  features: Pointer;
  /** u8 `[count][32 examples]`. */
  bytes: Pointer;
}

/** Where the survivors of a convolution's kernel are, by output channel; see convolution.ts. */
@unmanaged
export class SparseKernel {
  /** u32 `[channels + 1]`: byte offsets of each output channel's first survivor. */
  starts: Pointer;
  /** u32 `[survivors]`: byte offsets of the pixel that the weight multiplies in a window. */
  offsets: Pointer;
}

/** What `scatterInputGradient` needs to know of each survivor; see convolution.ts. */
@unmanaged
export class ScatterIndex {
  /** u32 `[channels + 1]`: as in `SparseKernel`. */
  starts: Pointer;
  /** u32 `[survivors]`: byte offsets of the pixel that the weight multiplies in the first window. */
  targets: Pointer;
  /** u32 `[survivors]`: byte offsets of the survivor's tap in `ranges`. */
  taps: Pointer;
  /** i32 `[taps][4]`: the windows that have the tap inside the image: rows, then pixels, each as first and end. */
  ranges: Pointer;
}

/** The parameters of a batch normalization, f32 `[channels]` each, and its statistics. */
@unmanaged
export class BatchNorm {
  gamma: Pointer;
  beta: Pointer;
  gammaGradient: Pointer;
  betaGradient: Pointer;
  runningMean: Pointer;
  runningVariance: Pointer;
  /** f32 `[channels][8]`: the statistics of the batch; see batch-norm.ts. */
  statistics: Pointer;
}

/**
 * What examples are normalized by, f32 vectors of four examples each. One of the pitches is 0: a
 * value holds for all examples or for all channels.
 */
@unmanaged
export class Moments {
  centers: Pointer;
  divisors: Pointer;
  /** Bytes from one group of four examples to the next. */
  groupPitch: usize;
  /** Bytes from one channel to the next. */
  channelPitch: usize;
}
