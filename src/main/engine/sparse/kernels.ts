/** The WebAssembly kernels, typed; assembly/ says what each computes and how its arguments lie. */
import { readWasm, type SparseModuleKind } from './build.ts';

/** A byte address in the memory of one trainer. */
export type Pointer = number;

/** How many vectors of four examples a pass is over. */
export type Vectors = number;

export interface SparseMemory {
  readonly buffer: ArrayBuffer;
  /** By pages of 64 KiB; every view of `buffer` is empty afterwards. */
  grow(pages: number): number;
}

/** Where an activation is, for kernels that take flat ones and planes alike; see `placeOf`. */
export type Place = readonly [
  start: Pointer,
  tilePitch: number,
  groupPitch: number,
  planePitch: number,
  rowPitch: number,
];

/** Of an activation, likewise: flat features are channels of one pixel. */
export type Extents = readonly [channels: number, height: number, width: number];

export interface SparseKernels {
  firstFreeByte(): Pointer;

  /** @param toUnit 1: bytes become floats in [0, 1]; 0: in [0, 255]. */
  scaleBytes(toUnit: 0 | 1): void;

  addActivations(
    vectors: Vectors,
    channels: number,
    height: number,
    width: number,
    isRectified: 0 | 1,
    ...placed: readonly [...Place, ...Place, ...Place]
  ): void;
  copyActivation(vectors: Vectors, ...placed: readonly [...Extents, ...Place, ...Place]): void;

  transposeExamples(
    vectors: Vectors,
    features: number,
    pitch: number,
    bytes: Pointer,
    x: Pointer,
  ): void;
  transposeFloatExamples(
    vectors: Vectors,
    features: number,
    pitch: number,
    floats: Pointer,
    x: Pointer,
  ): void;

  normalizeRows(
    vectors: Vectors,
    features: number,
    channels: number,
    centers: Pointer,
    divisors: Pointer,
    byVector: number,
    byChannel: number,
    x: Pointer,
  ): void;
  normalizePlanes(
    vectors: Vectors,
    channels: number,
    height: number,
    width: number,
    centers: Pointer,
    divisors: Pointer,
    byVector: number,
    byChannel: number,
    x: Pointer,
    xGroup: number,
    xPlane: number,
    xRow: number,
  ): void;

  denseForward(
    vectors: Vectors,
    inputs: number,
    outputs: number,
    rows: Pointer,
    columns: Pointer,
    weights: Pointer,
    biases: Pointer,
    x: Pointer,
    y: Pointer,
  ): void;
  denseWeightGradient(
    vectors: Vectors,
    inputs: number,
    outputs: number,
    rows: Pointer,
    columns: Pointer,
    gradients: Pointer,
    x: Pointer,
    g: Pointer,
  ): void;
  denseBiasGradient(vectors: Vectors, outputs: number, gradients: Pointer, g: Pointer): void;
  denseInputGradient(
    vectors: Vectors,
    inputs: number,
    outputs: number,
    rows: Pointer,
    columns: Pointer,
    weights: Pointer,
    g: Pointer,
    dx: Pointer,
  ): void;

  planesOfExamples(
    vectors: Vectors,
    channels: number,
    height: number,
    width: number,
    pitch: number,
    bytes: Pointer,
    x: Pointer,
    xGroup: number,
    xPlane: number,
    xRow: number,
  ): void;
  planesOfFloatExamples(
    vectors: Vectors,
    channels: number,
    height: number,
    width: number,
    pitch: number,
    floats: Pointer,
    x: Pointer,
    xGroup: number,
    xPlane: number,
    xRow: number,
  ): void;
  flattenPlanes(
    vectors: Vectors,
    channels: number,
    height: number,
    width: number,
    x: Pointer,
    xGroup: number,
    xPlane: number,
    xRow: number,
    y: Pointer,
  ): void;
  planesOfFlat(
    vectors: Vectors,
    channels: number,
    height: number,
    width: number,
    y: Pointer,
    x: Pointer,
    xGroup: number,
    xPlane: number,
    xRow: number,
  ): void;

  convolve(
    vectors: Vectors,
    outputs: number,
    height: number,
    width: number,
    starts: Pointer,
    offsets: Pointer,
    weights: Pointer,
    biases: Pointer,
    x: Pointer,
    xGroup: number,
    xRow: number,
    step: number,
    y: Pointer,
    yGroup: number,
    yPlane: number,
    yRow: number,
  ): void;
  convolutionWeightGradient(
    vectors: Vectors,
    outputs: number,
    height: number,
    width: number,
    starts: Pointer,
    offsets: Pointer,
    gradients: Pointer,
    x: Pointer,
    xGroup: number,
    xRow: number,
    step: number,
    g: Pointer,
    gGroup: number,
    gPlane: number,
    gRow: number,
  ): void;
  convolutionBiasGradient(
    vectors: Vectors,
    outputs: number,
    height: number,
    width: number,
    gradients: Pointer,
    g: Pointer,
    gGroup: number,
    gPlane: number,
    gRow: number,
  ): void;
  gatherWeights(bytes: number, positions: Pointer, from: Pointer, to: Pointer): void;
  scatterInputGradient(
    vectors: Vectors,
    outputs: number,
    starts: Pointer,
    targets: Pointer,
    taps: Pointer,
    ranges: Pointer,
    weights: Pointer,
    g: Pointer,
    gGroup: number,
    gPlane: number,
    gRow: number,
    dx: Pointer,
    dxGroup: number,
    dxRow: number,
    step: number,
  ): void;

  maxPoolForward(
    vectors: Vectors,
    channels: number,
    inputHeight: number,
    inputWidth: number,
    outputHeight: number,
    outputWidth: number,
    size: number,
    stride: number,
    padTop: number,
    padLeft: number,
    x: Pointer,
    xGroup: number,
    xPlane: number,
    xRow: number,
    y: Pointer,
    yGroup: number,
    yPlane: number,
    yRow: number,
  ): void;
  maxPoolBackward(
    vectors: Vectors,
    channels: number,
    inputHeight: number,
    inputWidth: number,
    outputHeight: number,
    outputWidth: number,
    size: number,
    stride: number,
    padTop: number,
    padLeft: number,
    x: Pointer,
    dx: Pointer,
    xGroup: number,
    xPlane: number,
    xRow: number,
    y: Pointer,
    g: Pointer,
    yGroup: number,
    yPlane: number,
    yRow: number,
  ): void;

  averagePoolForward(
    vectors: Vectors,
    channels: number,
    inputHeight: number,
    inputWidth: number,
    outputHeight: number,
    outputWidth: number,
    size: number,
    stride: number,
    padTop: number,
    padLeft: number,
    x: Pointer,
    xGroup: number,
    xPlane: number,
    xRow: number,
    y: Pointer,
    yGroup: number,
    yPlane: number,
    yRow: number,
  ): void;
  averagePoolBackward(
    vectors: Vectors,
    channels: number,
    inputHeight: number,
    inputWidth: number,
    outputHeight: number,
    outputWidth: number,
    size: number,
    stride: number,
    padTop: number,
    padLeft: number,
    dx: Pointer,
    xGroup: number,
    xPlane: number,
    xRow: number,
    g: Pointer,
    yGroup: number,
    yPlane: number,
    yRow: number,
  ): void;
  globalAveragePoolForward(
    vectors: Vectors,
    channels: number,
    height: number,
    width: number,
    x: Pointer,
    xGroup: number,
    xPlane: number,
    xRow: number,
    y: Pointer,
  ): void;
  globalAveragePoolBackward(
    vectors: Vectors,
    channels: number,
    height: number,
    width: number,
    dx: Pointer,
    xGroup: number,
    xPlane: number,
    xRow: number,
    g: Pointer,
  ): void;

  shortcutForward(
    vectors: Vectors,
    channels: number,
    outputChannels: number,
    before: number,
    height: number,
    width: number,
    stride: number,
    x: Pointer,
    xGroup: number,
    xPlane: number,
    xRow: number,
    y: Pointer,
    yGroup: number,
    yPlane: number,
    yRow: number,
  ): void;
  shortcutBackward(
    vectors: Vectors,
    channels: number,
    before: number,
    height: number,
    width: number,
    stride: number,
    dx: Pointer,
    xGroup: number,
    xPlane: number,
    xRow: number,
    g: Pointer,
    yGroup: number,
    yPlane: number,
    yRow: number,
  ): void;

  batchNormStatistics(
    examples: number,
    channels: number,
    height: number,
    width: number,
    epsilon: number,
    saved: Pointer,
    ...x: Place
  ): void;
  batchNormApply(
    vectors: Vectors,
    channels: number,
    height: number,
    width: number,
    isRectified: 0 | 1,
    gamma: Pointer,
    beta: Pointer,
    saved: Pointer,
    ...placed: readonly [...Place, ...Place]
  ): void;
  batchNormInference(
    vectors: Vectors,
    channels: number,
    height: number,
    width: number,
    isRectified: 0 | 1,
    epsilon: number,
    gamma: Pointer,
    beta: Pointer,
    mean: Pointer,
    variance: Pointer,
    ...placed: readonly [...Place, ...Place]
  ): void;
  batchNormGradients(
    examples: number,
    channels: number,
    height: number,
    width: number,
    isRectified: 0 | 1,
    gamma: Pointer,
    beta: Pointer,
    gammaGradient: Pointer,
    betaGradient: Pointer,
    saved: Pointer,
    ...placed: readonly [...Place, ...Place]
  ): void;
  batchNormInputGradient(
    examples: number,
    channels: number,
    height: number,
    width: number,
    isRectified: 0 | 1,
    gamma: Pointer,
    beta: Pointer,
    saved: Pointer,
    ...placed: readonly [...Place, ...Place, ...Place]
  ): void;
  trackStatistics(
    channels: number,
    momentum: number,
    saved: Pointer,
    mean: Pointer,
    variance: Pointer,
  ): void;

  drawKept(
    start: number,
    count: number,
    seed0: number,
    seed1: number,
    rate: number,
    kept: Pointer,
  ): void;
  applyDropout(
    vectors: Vectors,
    channels: number,
    height: number,
    width: number,
    growth: number,
    kept: Pointer,
    ...placed: readonly [...Place, ...Place]
  ): void;

  reluForward(bytes: number, x: Pointer): void;
  reluBackward(bytes: number, y: Pointer, g: Pointer): void;

  lossGradient(
    vectors: Vectors,
    classes: number,
    perExample: number,
    onLabel: number,
    offLabel: number,
    labels: Pointer,
    z: Pointer,
    g: Pointer,
  ): void;
  addScores(examples: number, classes: number, labels: Pointer, z: Pointer, score: Pointer): void;

  clearGradient(bytes: number, g: Pointer): void;
  squaredNorm(bytes: number, g: Pointer): number;
  scaleGradient(bytes: number, g: Pointer, factor: number): void;
  addPenalty(bytes: number, g: Pointer, w: Pointer, penalty: number): void;

  sgd(bytes: number, w: Pointer, g: Pointer, rate: number): void;
  momentum(
    bytes: number,
    w: Pointer,
    g: Pointer,
    accumulator: Pointer,
    rate: number,
    kept: number,
  ): void;
  nesterov(
    bytes: number,
    w: Pointer,
    g: Pointer,
    accumulator: Pointer,
    rate: number,
    kept: number,
  ): void;
  adam(
    bytes: number,
    w: Pointer,
    g: Pointer,
    m: Pointer,
    v: Pointer,
    rate: number,
    epsilon: number,
    added1: number,
    added2: number,
  ): void;
  adamw(
    bytes: number,
    w: Pointer,
    g: Pointer,
    m: Pointer,
    v: Pointer,
    rate: number,
    epsilon: number,
    added1: number,
    added2: number,
    shrinkage: number,
  ): void;
  rmsprop(
    bytes: number,
    w: Pointer,
    g: Pointer,
    square: Pointer,
    accumulator: Pointer,
    rate: number,
    epsilon: number,
    kept: number,
    added: number,
    inertia: number,
  ): void;
}

/** All trainable parameters, packed; see assembly/optimizers.ts. */
export interface PackedVectors {
  readonly trainableBytes: number;
  readonly weights: Pointer;
  readonly gradients: Pointer;
  readonly slots: readonly Pointer[];
}

/** One step of an optimizer over all trainable parameters; `step` counts from 1. */
export type SparseUpdate = (
  kernels: SparseKernels,
  packed: PackedVectors,
  step: number,
  learningRate: number,
) => void;

/** A compiled module: made once for a thread, used by all its trainers. */
export interface SparseModule {
  readonly kind: SparseModuleKind;
  instantiate(): { kernels: SparseKernels; memory: SparseMemory };
}

/**
 * Compiles a module that `ensureWasm` has built.
 *
 * @throws WorkbenchError `provisioning-failed` if it has not.
 */
export function loadSparseModule(kind: SparseModuleKind): SparseModule {
  const module = new WebAssembly.Module(readWasm(kind));
  return {
    kind,
    instantiate() {
      const memory = new WebAssembly.Memory({ initial: 1 });
      const { exports } = new WebAssembly.Instance(module, { env: { memory } });
      return {
        // The module is built from the sources this interface describes.
        kernels: exports as unknown as SparseKernels,
        memory: memory as WebAssembly.Memory & SparseMemory,
      };
    },
  };
}
