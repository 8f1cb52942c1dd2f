/**
 * Measures pruning scores on colour images of 32x32: one level that keeps a fifth, by SNIP, GraSP and
 * SynFlow. Reports processor time, which a shared machine disturbs least, and memory.
 *
 *     node provision/run.mjs bench/scores.ts [architecture[:width] …]
 */
import process from 'node:process';
import { architectures } from '../src/main/engine/architectures/index.ts';
import { allocateExamples } from '../src/main/engine/datasets/memory.ts';
import { initialize } from '../src/main/engine/initializers/initializer.ts';
import { initializers } from '../src/main/engine/initializers/index.ts';
import { Kernels } from '../src/main/engine/kernels/kernels.ts';
import { layoutOf } from '../src/main/engine/network.ts';
import { strategies } from '../src/main/engine/pruning/index.ts';
import { nextMask } from '../src/main/engine/pruning/select.ts';
import { Sensitivity } from '../src/main/engine/pruning/sensitivity/sensitivity.ts';
import { rng } from '../src/shared/rng.ts';

const SHAPE = [32, 32, 3];
const CLASSES = 10;
const EXAMPLES = 512;
const DENSITY = 0.2;
const STRATEGIES = ['global-snip', 'global-grasp', 'global-synflow'];

const chosen = process.argv.slice(2);
const random = rng('bench');
const examples = allocateExamples('noise', EXAMPLES, SHAPE);
for (let index = 0; index < examples.features.length; index += 1) {
  examples.features[index] = random.below(256);
}
for (let index = 0; index < EXAMPLES; index += 1) examples.labels[index] = random.below(CLASSES);
const trainIndices = Int32Array.from({ length: EXAMPLES }, (_, index) => index);
const dataset = {
  id: 'noise',
  shape: SHAPE,
  classes: CLASSES,
  train: examples,
  test: examples,
  fingerprint: '',
};

console.log(`seconds of processor time to prune to ${100 * DENSITY}%`);
console.log(['network'.padEnd(14), 'weights, M', ...STRATEGIES].join('  '));
for (const choice of chosen.length > 0 ? chosen : ['conv-2']) {
  const [id, width = '1'] = choice.split(':') as [string, string?];
  const settings = width === '1' ? { id } : { id, width: Number(width) };
  const network = architectures.get(id).build(settings, SHAPE, CLASSES);
  const layout = layoutOf(network);
  const sensitivity = new Sensitivity(new Kernels(), network, dataset, trainIndices);
  const initial = initialize(
    layout,
    initializers.get('he-normal').create({ id: 'he-normal' }),
    random,
  );
  const seconds = STRATEGIES.map((name) => {
    const strategy = strategies.get(name).create({ id: name });
    const target = strategy.targetAtDensity(layout, DENSITY, undefined);
    const before = process.cpuUsage();
    nextMask(
      {
        network,
        layout,
        mask: new Uint8Array(layout.prunableCount).fill(1),
        trained: initial,
        initial,
        rewindPoint: initial,
        movement: undefined,
        sensitivity,
        random: rng('bench', name),
      },
      strategy,
      target,
    );
    const { user, system } = process.cpuUsage(before);
    return ((user + system) / 1e6).toFixed(2).padStart(name.length);
  });
  const millions = (layout.prunableCount / 1e6).toFixed(2).padStart(10);
  console.log([choice.padEnd(14), millions, ...seconds].join('  '));
}
console.log(
  `peak memory of the process: ${((process.resourceUsage().maxRSS * 1024) / 1e9).toFixed(1)} GB`,
);
