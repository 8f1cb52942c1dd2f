import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Dataset, ExampleSet } from '../../engine/datasets/dataset.ts';

export interface ExampleFiles {
  readonly folder: string;
  remove(): void;
}

/** Writes a dataset for a program in another language: features as bytes, labels as int32. */
export function writeExamples(dataset: Dataset): ExampleFiles {
  const folder = mkdtempSync(path.join(tmpdir(), 'ticket-bench-'));
  const write = (name: string, { features, labels }: ExampleSet): void => {
    // Copies, because files are not written from shared memory.
    writeFileSync(path.join(folder, `${name}-features`), Uint8Array.from(features));
    const bytes = new Uint8Array(Int32Array.from(labels).buffer);
    writeFileSync(path.join(folder, `${name}-labels`), bytes);
  };
  write('train', dataset.train);
  write('test', dataset.test);
  return {
    folder,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
