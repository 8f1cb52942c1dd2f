/** Masks and weights from elsewhere: npz and safetensors, compared with a network. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { npzBytes } from '../src/main/exporters/npz.ts';
import { safetensorsBytes } from '../src/main/exporters/safetensors.ts';
import type { Tensor } from '../src/main/exporters/tensors.ts';
import { fullyConnected } from '../src/main/engine/architectures/fully-connected.ts';
import { compareMask, compareWeights } from '../src/main/engine/imports/imported.ts';
import { layoutOf } from '../src/main/engine/network.ts';
import { generate, mutate } from './mutate.ts';
import type { Target } from './targets.ts';

/** Its second kernel is square, so the rest of the file decides how it lies. */
const NETWORK = fullyConnected([2], [3, 3], 4);
const LAYOUT = layoutOf(NETWORK);

/** @param folder where the files of both are written. */
export function importTargets(folder: string): Target[] {
  mkdirSync(folder, { recursive: true });
  const tensors = LAYOUT.parameters.flatMap(({ name, shape, size, prunable }): Tensor[] => [
    { name, shape, values: Float32Array.from({ length: size }, (_, at) => at + 1) },
    ...(prunable
      ? [
          {
            name: `${name}_mask`,
            shape,
            values: Uint8Array.from({ length: size }, (_, at) => at % 2),
          },
        ]
      : []),
  ]);
  const file = { tensors, metadata: { weights: 'before training' } };
  return [
    importTarget('safetensors', Buffer.from(safetensorsBytes(file)), folder),
    importTarget('npz', Buffer.from(npzBytes(file)), folder),
  ];
}

function importTarget(ending: string, sample: Buffer, folder: string): Target {
  const file = path.join(folder, `tensors.${ending}`);
  return {
    name: `import/${ending}`,
    make: (random) => (random.below(10) === 0 ? generate(random) : mutate(sample, random)),
    take(input) {
      writeFileSync(file, input);
      const mask = compareMask({ file }, NETWORK);
      if (mask.values.some((value) => value > 1)) throw new Error('a mask beyond 0 and 1');
      const weights = compareWeights({ file }, NETWORK);
      const isSound = weights.mismatches.length === 0;
      if (isSound && !weights.values.every(Number.isFinite)) throw new Error('not finite');
      return Promise.resolve();
    },
  };
}
