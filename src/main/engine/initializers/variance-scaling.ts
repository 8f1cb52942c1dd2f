import { z } from 'zod';
import type { ParameterSpec } from '../../../shared/domain/layout.ts';
import { defineInitializer, type FillKernel, type InitializerDefinition } from './initializer.ts';

/** The variance of a kernel's weights. */
type Variance = (kernel: ParameterSpec) => number;

interface ScaledInitializer {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly variance: Variance;
}

/** N(0, variance), not truncated. */
export const normalInitializer = (definition: ScaledInitializer): InitializerDefinition =>
  scaledInitializer(definition, (values, kernel, random) => {
    const deviation = Math.sqrt(definition.variance(kernel));
    for (let index = 0; index < values.length; index += 1) {
      values[index] = deviation * random.normal();
    }
  });

/** U(−√(3 variance), √(3 variance)). */
export const uniformInitializer = (definition: ScaledInitializer): InitializerDefinition =>
  scaledInitializer(definition, (values, kernel, random) => {
    const bound = Math.sqrt(3 * definition.variance(kernel));
    for (let index = 0; index < values.length; index += 1) {
      values[index] = bound * (2 * random.uniform() - 1);
    }
  });

function scaledInitializer(
  { id, label, description }: ScaledInitializer,
  fill: FillKernel,
): InitializerDefinition {
  return defineInitializer({ id, label, description, hparams: z.object({}), create: () => fill });
}

/** Glorot & Bengio 2010, equation 12: a compromise between the forward and the backward pass. */
export const glorotVariance: Variance = ({ fanIn, fanOut }) => 2 / (fanIn + fanOut);

/** He et al. 2015, equation 10: ReLU layers preserve the variance of the forward pass. */
export const heVariance: Variance = ({ fanIn }) => 2 / fanIn;

/** LeCun et al. 1998, "Efficient BackProp", equation 16: a unit's weighted sum has variance 1. */
export const lecunVariance: Variance = ({ fanIn }) => 1 / fanIn;
