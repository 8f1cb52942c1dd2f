import { pitchesOf, pool } from './pool.ts';

/** The mean of each window, of which every value gets an equal share of the gradient. */
export const averagePool = pool({
  readsOutput: false,
  forward(kernels, walk, input, output) {
    kernels.averagePoolForward(
      ...walk,
      input.values,
      ...pitchesOf(input),
      output.values,
      ...pitchesOf(output),
    );
  },
  backward(kernels, walk, input, output) {
    kernels.averagePoolBackward(
      ...walk,
      input.gradients,
      ...pitchesOf(input),
      output.gradients,
      ...pitchesOf(output),
    );
  },
});
