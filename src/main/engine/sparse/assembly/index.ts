/** What the host calls: pointers are byte addresses in its memory, sizes as each kernel says. */
export {
  denseBiasGradient,
  denseForward,
  denseInputGradient,
  denseWeightGradient,
} from './dense';
export { transposeExamples } from './examples';
export { addPenalty, clearGradient, scaleGradient, squaredNorm } from './gradients';
export { addScores, lossGradient } from './loss';
export { adam, adamw, momentum, nesterov, rmsprop, sgd } from './optimizers';
export { reluBackward, reluForward } from './relu';

/** The first byte of memory that the module's own constants leave free. */
export function firstFreeByte(): usize {
  return __heap_base;
}
