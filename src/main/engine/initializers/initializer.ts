import type { z } from 'zod';
import { type Choice, type Definition, hparamsOf } from '../../../shared/domain/definition.ts';
import type { Rng } from '../../../shared/rng.ts';
import type { ParameterLayout, ParameterSpec } from '../../../shared/domain/layout.ts';
import type { NetworkSpec } from '../layers/spec.ts';

/** Draws the values of one kernel, in place. */
export type FillKernel = (values: Float32Array, kernel: ParameterSpec, random: Rng) => void;

export interface InitializerDefinition extends Definition {
  create(choice: Choice): FillKernel;
  /**
   * θ0 of a network, if it is given and not drawn. Branches that start from new weights still draw them
   * with `create`.
   *
   * @throws WorkbenchError `invalid-data`, `not-found` or `conflict` naming the file and what does not
   *   fit.
   */
  given?(choice: Choice, network: NetworkSpec): Float32Array;
}

export function defineInitializer<Hparams extends z.ZodObject>(
  definition: Definition<Hparams> & {
    create(hparams: z.infer<Hparams>): FillKernel;
    given?(hparams: z.infer<Hparams>, network: NetworkSpec): Float32Array;
  },
): InitializerDefinition {
  const { given, create, ...common } = definition;
  return {
    ...common,
    create: (choice) => create(hparamsOf(definition, choice)),
    ...(given && { given: (choice, network) => given(hparamsOf(definition, choice), network) }),
  };
}

/**
 * A new draw of every kernel. Biases are 0. Batch normalisations have γ = 1, β = 0, running mean 0 and
 * running variance 1.
 */
export function initialize(layout: ParameterLayout, fill: FillKernel, random: Rng): Float32Array {
  const values = new Float32Array(layout.parameterCount);
  for (const parameter of layout.parameters) {
    const own = values.subarray(parameter.offset, parameter.offset + parameter.size);
    if (parameter.kind === 'kernel') fill(own, parameter, random);
    if (parameter.kind === 'gamma' || parameter.kind === 'running-variance') own.fill(1);
  }
  return values;
}
