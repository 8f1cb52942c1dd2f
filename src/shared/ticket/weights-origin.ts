/** How files of tensors say whether their weights are from before or after training. */

export type WeightsOrigin = 'before training' | 'after training';

/** The key in the metadata of safetensors. */
export const WEIGHTS_ORIGIN = 'weights';

/** Before the names of weights in a file that has both. */
export const INITIAL_PREFIX = 'initial.';
export const FINAL_PREFIX = 'final.';
