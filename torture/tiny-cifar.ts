/** CIFAR-10 in small, to be fetched: 30 and 10 examples in its binary form. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { defineFetchedDataset } from '../src/main/engine/datasets/fetched.ts';
import {
  CIFAR_CLASSES,
  CIFAR_SHAPE,
  type CifarSize,
  installCifar,
  isCifarFile,
  loadCifarBinary,
} from '../src/main/engine/datasets/readers/cifar.ts';
import { rng } from '../src/shared/rng.ts';

export const TINY_ID = 'tiny-cifar';
export const TINY_SIZE: CifarSize = { batches: 3, examplesPerBatch: 10 };

/** The checksum of what `tinyFiles` makes. */
const FINGERPRINT = '7129189e2d880e2edf451de2b5d5e8e065f3310dd081fd68c56dc9135be24247';

export function tinyFiles(): Readonly<Record<string, Buffer>> {
  const names = ['data_batch_1', 'data_batch_2', 'data_batch_3', 'test_batch'];
  return Object.fromEntries(
    names.map((name) => {
      const random = rng('torture', name);
      const bytes = Buffer.from(Uint8Array.from({ length: 10 * 3073 }, () => random.below(256)));
      for (let record = 0; record < 10; record += 1) bytes[record * 3073] = record;
      return [`${name}.bin`, bytes];
    }),
  );
}

export function writeTinyFiles(folder: string): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(tinyFiles())) {
    writeFileSync(path.join(folder, name), bytes);
  }
  return folder;
}

/** @param address where its files are, with a slash at the end. */
export function tinyDataset(address: string) {
  return defineFetchedDataset({
    id: TINY_ID,
    label: 'CIFAR-10 in small',
    description: 'For torture.',
    download: {
      routes: [
        {
          kind: 'web',
          files: Object.entries(tinyFiles()).map(([name, { length }]) => ({
            url: `${address}${name}`,
            name,
            bytes: length,
          })),
        },
      ],
      byHand: 'nothing',
      summary: { shape: CIFAR_SHAPE, classes: CIFAR_CLASSES, trainExamples: 30, testExamples: 10 },
      fingerprint: FINGERPRINT,
      isWanted: isCifarFile,
      install: (source, target) => installCifar(source, target, TINY_SIZE),
      read: (folder) => loadCifarBinary(TINY_ID, folder, TINY_SIZE),
    },
  });
}
