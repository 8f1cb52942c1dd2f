/** Results of every analysis, small enough to be checked by eye. */
import type { ConnectivityResult } from '../../../../src/main/engine/analyses/connectivity.ts';
import type { EarlyBirdResult } from '../../../../src/main/engine/analyses/early-bird.ts';
import type { InstabilityResult } from '../../../../src/main/engine/analyses/instability-results.ts';
import type { MaskOverlapResult } from '../../../../src/main/engine/analyses/mask-overlap.ts';
import type {
  GroupMovement,
  WeightMovementResult,
} from '../../../../src/main/engine/analyses/weight-movement.ts';
import type { AnalysisResult } from '../../../../src/shared/domain/analysis.ts';

const path = (...error: number[]) => ({
  error: Float64Array.from(error),
  loss: Float64Array.from(error),
  barrier: Math.max(...error) - (error[0]! + error.at(-1)!) / 2,
});

const instability = (
  replicate: number,
  level: number,
  test: InstabilityResult['test'],
): AnalysisResult & InstabilityResult => ({
  kind: 'instability',
  replicate,
  level,
  density: 0.8 ** level,
  rewind: 0,
  alphas: Float64Array.of(0, 0.5, 1),
  train: path(0, 0, 0),
  test,
  trainExamples: 10,
  distance: 1,
});

export const overlap = (scope: 'layer' | 'global'): AnalysisResult & MaskOverlapResult => ({
  kind: 'mask-overlap',
  between: 'replicates',
  tensors: ['fc.kernel'],
  scope,
  pairs: [0.3, 0.5].map((value, index) => ({
    one: { replicate: 0, level: 2 },
    other: { replicate: index + 1, level: 2 },
    overlap: value,
    expected: 0.2,
    expectedGlobally: 0.1,
    tensorOverlaps: Float64Array.of(value),
    tensorExpected: Float64Array.of(0.2),
  })),
});

const group = (count: number): GroupMovement => ({
  count,
  initial: { counts: Uint32Array.of(count, 0), mean: 0.1, median: 0.1 },
  final: { counts: Uint32Array.of(0, count), mean: 0.3, median: 0.3 },
  meanMovement: 0.2,
  signChanges: 0,
  finalByInitial: Float64Array.of(0.3, 0),
});

export const earlyBird = (result: EarlyBirdResult): AnalysisResult & EarlyBirdResult => ({
  kind: 'early-bird',
  ...result,
});

export const RESULTS: readonly AnalysisResult[] = [
  instability(0, 0, path(0.02, 0.05, 0.02)),
  instability(1, 0, path(0.04, 0.09, 0.02)),
  instability(0, 1, path(0.01, 0.01, 0.01)),
  overlap('layer'),
  ...[0, 1].map((level): AnalysisResult & ConnectivityResult => ({
    kind: 'connectivity',
    replicate: 0,
    level,
    density: 1 - level / 2,
    effectiveDensity: 1 - level * 0.6,
    inputs: 4,
    deadInputs: level,
    layers: [
      {
        layer: 'fc',
        weights: 10,
        kept: 10 - 5 * level,
        effective: 10 - 10 * level,
        units: 2,
        deadUnits: 0,
        unreachedUnits: 0,
        unreadUnits: 0,
      },
    ],
  })),
  ...[0, 1].map((level): AnalysisResult & WeightMovementResult => ({
    kind: 'weight-movement',
    replicate: 0,
    level,
    density: 1,
    tensors: [
      { name: 'all', largest: 0.4, survivors: group(1234), pruned: group(level === 0 ? 9 : 0) },
    ],
  })),
  earlyBird({
    replicate: 0,
    iterations: Uint32Array.of(10, 20, 30),
    levels: [
      {
        level: 1,
        density: 0.5,
        distances: Float64Array.of(0, 0.3, 0.4, 0.3, 0, 0.2, 0.4, 0.2, 0),
        expected: 0.5,
        earlyBird: 30,
      },
    ],
  }),
];
