import { pitchesOf, pool } from './pool.ts';

/** The largest of each window; its gradient goes to the first of equals. */
export const maxPool = pool({
  readsOutput: true,
  forward(kernels, walk, input, output) {
    kernels.maxPoolForward(
      ...walk,
      input.values,
      ...pitchesOf(input),
      output.values,
      ...pitchesOf(output),
    );
  },
  backward(kernels, walk, input, output) {
    kernels.maxPoolBackward(
      ...walk,
      input.values,
      input.gradients,
      ...pitchesOf(input),
      output.values,
      output.gradients,
      ...pitchesOf(output),
    );
  },
});
