/** What the host calls. After a change here run `npm run generate`, which types it for the host. */
import { Pointer } from './descriptors';
import { ARGUMENT_BYTES } from './layout';

export { addActivations, copyActivation } from './activations';
export {
  batchNormApply,
  batchNormGradients,
  batchNormInference,
  batchNormInputGradient,
  batchNormStatistics,
  trackStatistics,
} from './batch-norm';
export {
  convolutionBiasGradient,
  convolutionWeightGradient,
  convolve,
  gatherWeights,
  scatterInputGradient,
} from './convolution';
export {
  denseBiasGradient,
  denseForward,
  denseForwardBytes,
  denseInputGradient,
  denseWeightGradient,
} from './dense';
export { applyDropout, drawKept } from './dropout';
export { scaleBytes, transposeExamples, transposeFloatExamples, widenRows } from './examples';
export { addPenalty, clearGradient, scaleGradient, squaredNorm } from './gradients';
export { lossGradient, scoreExamples } from './loss';
export { normalizePlanes, normalizeRows } from './normalization';
export { adam, adamw, momentum, nesterov, rmsprop, sgd } from './optimizers';
export {
  flattenPlanes,
  planesOfExamples,
  planesOfFlat,
  planesOfFloatExamples,
  widenPlanes,
} from './planes';
export {
  averagePoolBackward,
  averagePoolForward,
  globalAveragePoolBackward,
  globalAveragePoolForward,
  maxPoolBackward,
  maxPoolForward,
} from './pooling';
export { reluBackward, reluForward } from './relu';
export { shortcutBackward, shortcutForward } from './shortcut';

/** The first byte of memory behind the module's own data. */
export function firstFreeByte(): Pointer {
  return __heap_base;
}

/** Where the host writes the descriptors of a call. */
export function argumentBlock(): Pointer {
  return ARGUMENTS;
}

const ARGUMENTS = memory.data(<i32>ARGUMENT_BYTES, 16);
