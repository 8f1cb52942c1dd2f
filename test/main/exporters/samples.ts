/** A search to export, small enough to be checked by eye. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ExportData } from '../../../src/main/exporters/exporter.ts';
import type { TensorFile } from '../../../src/main/exporters/tensors.ts';
import { packMask } from '../../../src/shared/domain/mask.ts';
import type { SearchRecord } from '../../../src/shared/domain/search.ts';
import type { TrainingRecord } from '../../../src/shared/domain/training-record.ts';
import { denseLayout, ENVIRONMENT, FINGERPRINT, key, sampleSettings } from '../store/samples.ts';

export const FIXTURES = path.join(import.meta.dirname, '..', '..', 'fixtures', 'exports');

export const SEARCH: SearchRecord = {
  id: '20250314-153045-k7qm',
  name: 'Größe, "zwei"',
  status: 'finished',
  settings: sampleSettings(),
  written: sampleSettings(),
  settingsHash: 'a'.repeat(64),
  settingsVersion: 1,
  environment: ENVIRONMENT,
  datasetFingerprint: FINGERPRINT,
  createdAt: Date.UTC(2025, 2, 14, 15, 30, 45),
  finishedAt: Date.UTC(2025, 2, 14, 15, 45),
  trainingsDone: 2,
  trainingsTotal: 10,
  error: undefined,
};

/** `fc1` is [3, 4], `fc2` is [4, 2]: 20 prunable weights and 6 biases. */
const LAYOUT = denseLayout(3, 4, 2);

/** Prunes every third weight, which crosses both the bytes of a mask and the layers. */
const MASK = Uint8Array.from({ length: LAYOUT.prunableCount }, (_, index) =>
  index % 3 === 2 ? 0 : 1,
);

/** Value i of the parameter vector is i + 1 before the training and −(i + 1) after it. */
export const WEIGHTS: ExportData['weights'] = {
  search: SEARCH,
  layout: LAYOUT,
  key: key(1, 2),
  density: 14 / 20,
  mask: packMask(MASK),
  initialWeights: Float32Array.from({ length: LAYOUT.parameterCount }, (_, index) => index + 1),
  finalWeights: finalWeights(),
};

function finalWeights(): Float32Array {
  const weights = Float32Array.from({ length: LAYOUT.parameterCount }, (_, i) => -(i + 1));
  for (const { offset, maskOffset, size } of LAYOUT.prunable) {
    for (let index = 0; index < size; index += 1) {
      if (MASK[maskOffset + index] === 0) weights[offset + index] = 0;
    }
  }
  return weights;
}

const TRAINING: Omit<TrainingRecord, 'key' | 'evaluations'> = {
  density: 1,
  keptCounts: [12, 8],
  engine: 'dense',
  trainingMilliseconds: 1234.5,
  evaluationMilliseconds: 67.25,
  finishedAt: Date.UTC(2025, 2, 14, 15, 31, 7, 250),
  environment: ENVIRONMENT,
};

export const METRICS: ExportData['metrics'] = {
  search: SEARCH,
  layout: LAYOUT,
  trainings: [
    {
      ...TRAINING,
      key: key(0, 0),
      evaluations: [
        {
          iteration: 0,
          validationLoss: 2.302585092994046,
          validationAccuracy: 0.1,
          testLoss: 2.3,
          testAccuracy: 0.0987,
        },
        {
          iteration: 100,
          validationLoss: 1e-7,
          validationAccuracy: 0.30000000000000004,
          testLoss: 0.1 + 0.7,
          testAccuracy: 1,
        },
        {
          iteration: 200,
          validationLoss: 5e-324,
          validationAccuracy: 1 / 3,
          testLoss: 1.7976931348623157e308,
          testAccuracy: 0,
        },
      ],
    },
    {
      ...TRAINING,
      key: key(1, 1, 'random-reinit'),
      density: 0.7999999999999999,
      keptCounts: [9, 7],
      engine: 'sparse',
      environment: { ...ENVIRONMENT, tensorflow: '2.22.0' },
      evaluations: [
        {
          iteration: 200,
          validationLoss: 0.25,
          validationAccuracy: 0.5,
          testLoss: 0.125,
          testAccuracy: 0.75,
        },
      ],
    },
  ],
  result: undefined,
  data: new Map(),
};

interface ReferenceFile {
  readonly tensors: readonly {
    readonly name: string;
    readonly type: 'bool' | 'float32';
    readonly shape: readonly number[];
    readonly bytes: string;
  }[];
  readonly npy: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly safetensors: string;
}

export interface Reference extends TensorFile {
  /** By file name in the archive, as NumPy wrote them. */
  readonly npy: Readonly<Record<string, Buffer>>;
  /** The whole file, as the safetensors package wrote it. */
  readonly safetensors: Buffer;
}

/** What NumPy and the safetensors package made of the same tensors (generate.py). */
export function readReference(label: 'weights' | 'masks'): Reference {
  const text = readFileSync(path.join(FIXTURES, 'reference.json'), 'utf8');
  const { files } = JSON.parse(text) as { files: Record<string, ReferenceFile> };
  const { tensors, npy, metadata, safetensors } = files[label]!;
  return {
    tensors: tensors.map(({ name, type, shape, bytes }) => {
      const raw = Uint8Array.from(Buffer.from(bytes, 'hex'));
      return { name, shape, values: type === 'bool' ? raw : new Float32Array(raw.buffer) };
    }),
    metadata,
    npy: Object.fromEntries(
      Object.entries(npy).map(([name, bytes]) => [name, Buffer.from(bytes, 'hex')]),
    ),
    safetensors: Buffer.from(safetensors, 'hex'),
  };
}
