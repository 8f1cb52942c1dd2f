/** What the host calls: pointers are byte addresses in its memory, sizes as each kernel says. */
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
  denseInputGradient,
  denseWeightGradient,
} from './dense';
export { applyDropout, drawKept } from './dropout';
export { scaleBytes, transposeExamples, transposeFloatExamples } from './examples';
export { addPenalty, clearGradient, scaleGradient, squaredNorm } from './gradients';
export { addScores, lossGradient } from './loss';
export { normalizePlanes, normalizeRows } from './normalization';
export { adam, adamw, momentum, nesterov, rmsprop, sgd } from './optimizers';
export { flattenPlanes, planesOfExamples, planesOfFlat, planesOfFloatExamples } from './planes';
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

/** The first byte of memory that the module's own constants leave free. */
export function firstFreeByte(): usize {
  return __heap_base;
}
