import type { z } from 'zod';
import { type Choice, type Definition, hparamsOf } from '../../../shared/domain/definition.ts';
import type { ExampleShape, NetworkSpec } from '../layers/spec.ts';
import { checkShapes } from '../network.ts';

export interface ArchitectureDefinition extends Definition {
  /** @throws WorkbenchError `invalid-settings` naming the layer where the shapes don't fit. */
  build(choice: Choice, inputShape: ExampleShape, classes: number): NetworkSpec;
}

export function defineArchitecture<Hparams extends z.ZodObject>(
  definition: Definition<Hparams> & {
    build(hparams: z.infer<Hparams>, inputShape: ExampleShape, classes: number): NetworkSpec;
  },
): ArchitectureDefinition {
  return {
    ...definition,
    build(choice, inputShape, classes) {
      const network = definition.build(hparamsOf(definition, choice), inputShape, classes);
      checkShapes(network);
      return network;
    },
  };
}
