/** Small searches and trainings to store; what they measured is made up, but the same every time. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import {
  layoutFrom,
  type ParameterLayout,
  type ParameterSpec,
} from '../../../src/shared/domain/layout.ts';
import { countKept, packMask } from '../../../src/shared/domain/mask.ts';
import type { SearchEffect } from '../../../src/shared/contract/records/search-rows.ts';
import type { DataReading } from '../../../src/shared/domain/data-summary.ts';
import type { Environment } from '../../../src/shared/domain/search.ts';
import type { Settings } from '../../../src/shared/domain/settings.ts';
import {
  type Evaluation,
  TICKET_BRANCH,
  type TrainingKey,
} from '../../../src/shared/domain/training.ts';
import type { StoredTraining } from '../../../src/shared/domain/training-record.ts';
import { plannedTrainings } from '../../../src/shared/domain/plan.ts';
import { rng } from '../../../src/shared/rng.ts';
import type { HistorySummary } from '../../../src/main/store/history-summaries.ts';
import type { NewSearch } from '../../../src/main/store/store.ts';

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'ticket-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function temporaryFile(): string {
  return path.join(temporaryFolder(), 'workbench.sqlite');
}

export function sampleSettings(changes: Partial<Settings> = {}): Settings {
  return {
    dataset: { id: 'mnist', validation: 5000 },
    architecture: { id: 'lenet-300-100' },
    initializer: { id: 'glorot-normal' },
    training: {
      optimizer: { id: 'adam', learningRate: 0.0012 },
      batchSize: 60,
      iterations: 200,
      evaluateEvery: 100,
      engine: 'auto',
      schedule: { id: 'constant' },
      labelSmoothing: 0,
    },
    pruning: {
      strategy: { id: 'layerwise-magnitude', fraction: 0.2, outputFraction: 0.1 },
      schedule: 'iterative',
      levels: 2,
    },
    rewind: { iteration: 0 },
    branches: ['random-reinit'],
    replicates: { count: 2, seed: 7 },
    verdict: { accuracyTolerance: 0, iterationTolerance: 0, confidence: 0.95 },
    ...changes,
  };
}

/** Fully connected layers of these widths, the first being the inputs. */
export function denseLayout(...widths: readonly number[]): ParameterLayout {
  const parameters: ParameterSpec[] = [];
  let offset = 0;
  let maskOffset = 0;
  for (let index = 1; index < widths.length; index += 1) {
    const [inputs, outputs] = [widths[index - 1]!, widths[index]!];
    const common = {
      layer: `fc${index}`,
      layerKind: 'dense' as const,
      fanIn: inputs,
      fanOut: outputs,
      trainable: true,
    };
    parameters.push({
      ...common,
      name: `fc${index}.kernel`,
      kind: 'kernel',
      shape: [inputs, outputs],
      size: inputs * outputs,
      offset,
      prunable: true,
      maskOffset,
      isOutput: index === widths.length - 1,
    });
    offset += inputs * outputs;
    maskOffset += inputs * outputs;
    parameters.push({
      ...common,
      name: `fc${index}.bias`,
      kind: 'bias',
      shape: [outputs],
      size: outputs,
      offset,
      prunable: false,
      maskOffset: -1,
      isOutput: false,
    });
    offset += outputs;
  }
  return layoutFrom(parameters);
}

export const TINY_LAYOUT = denseLayout(5, 4, 3);

export function sampleSearch(changes: Partial<Settings> = {}, layout = TINY_LAYOUT): NewSearch {
  const settings = sampleSettings(changes);
  return {
    name: 'A sample',
    settings,
    written: settings,
    layout,
    trainingsTotal: plannedTrainings(settings).length,
  };
}

export const ENVIRONMENT: Environment = {
  workbench: '0.1.0',
  node: '24.0.0',
  tensorflow: '2.21.0',
  platform: 'linux x64',
  cpu: 'A CPU',
  cores: 2,
  workers: 2,
  threadsPerWorker: 1,
};

export const FINGERPRINT = 'f'.repeat(64);

export function key(replicate = 0, level = 0, branch = TICKET_BRANCH): TrainingKey {
  return { replicate, level, branch };
}

/** Every value follows from the key; initial weights are shared by a replicate's tickets. */
export function sampleTraining(
  trainingKey: TrainingKey,
  changes: Partial<StoredTraining> = {},
  layout = TINY_LAYOUT,
): StoredTraining {
  const { replicate, level, branch } = trainingKey;
  const isTicket = branch === TICKET_BRANCH;
  const mask = maskAt(replicate, level, layout);
  const initialWeights = weights(layout, 'initial', replicate, isTicket ? 0 : level);
  const finalWeights = weights(layout, 'final', replicate, level, branch);
  for (const { offset, maskOffset, size } of layout.prunable) {
    for (let index = 0; index < size; index += 1) {
      if (mask[maskOffset + index] === 0) finalWeights[offset + index] = 0;
    }
  }
  return {
    key: trainingKey,
    density: countKept(mask) / layout.prunableCount,
    keptCounts: layout.prunable.map(({ maskOffset, size }) =>
      countKept(mask.subarray(maskOffset, maskOffset + size)),
    ),
    engine: 'dense',
    trainingMilliseconds: 1234.5,
    evaluationMilliseconds: 67.25,
    evaluations: [0, 100, 200].map((iteration) => evaluation(trainingKey, iteration)),
    mask: packMask(mask),
    nextMask: isTicket ? packMask(maskAt(replicate, level + 1, layout)) : undefined,
    rewindPoint: undefined,
    correctAtEarlyStop: Uint8Array.of(replicate, level, branch.length),
    initialWeights,
    finalWeights,
    ...changes,
  };
}

function evaluation({ replicate, level, branch }: TrainingKey, iteration: number): Evaluation {
  const random = rng('evaluation', replicate, level, branch, iteration);
  return {
    iteration,
    validationLoss: random.uniform(),
    validationAccuracy: random.uniform(),
    testLoss: random.uniform(),
    testAccuracy: random.uniform(),
  };
}

/** A mask that each level prunes a fifth of. */
function maskAt(replicate: number, level: number, layout: ParameterLayout): Uint8Array {
  const mask = new Uint8Array(layout.prunableCount).fill(1);
  for (let round = 1; round <= level; round += 1) {
    const random = rng('mask', replicate, round);
    for (let index = 0; index < mask.length; index += 1) {
      if (random.uniform() < 0.2) mask[index] = 0;
    }
  }
  return mask;
}

function weights(layout: ParameterLayout, ...purpose: (string | number)[]): Float32Array {
  const random = rng(...purpose);
  return Float32Array.from({ length: layout.parameterCount }, () => random.normal());
}

/** The summary of a search that has found nothing yet. */
export function sampleSummary(changes: Partial<HistorySummary> = {}): HistorySummary {
  return {
    trainings: 0,
    trainingMilliseconds: 0,
    verdict: undefined,
    denseAccuracy: undefined,
    bestAccuracy: undefined,
    sparkline: new Float32Array(0),
    ...changes,
  };
}

/** An effect of this size on the test accuracy, with two levels. */
export function sampleEffect(mean: number): SearchEffect {
  return {
    accuracy: { mean, lower: mean - 0.002, upper: mean + 0.002 },
    iterations: { mean: -100, lower: undefined, upper: undefined },
    earlyStop: 1000 + mean * 1e5,
    levels: [
      { level: 0, density: 1 },
      { level: 1, density: 0.5 },
    ],
  };
}

/** What was read of three training examples, one of which is kept as a picture. */
export function sampleReading(): DataReading {
  return {
    summary: {
      dataset: 'mnist',
      shape: [1],
      train: 3,
      validation: 1,
      test: 2,
      isTestHeldOut: false,
      classes: [{ name: '7', train: 3, validation: 1, test: 2 }],
      values: { kind: 'bytes', smallest: 0, largest: 255, mean: 33.25 },
      leftOut: [],
      warnings: [],
    },
    samples: {
      kind: 'images',
      width: 1,
      height: 1,
      channels: 1,
      images: [{ name: '7', pixels: Uint8Array.of(1) }],
    },
  };
}
