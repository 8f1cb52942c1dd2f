/** Small searches, and what an undisturbed run of them leaves. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Kept, keptOf, withStore } from './kept.ts';
import { ticket } from './program.ts';
import type { Torment } from './torment.ts';

/** Tens of milliseconds a training, ten trainings. */
export function smallSettings(seed: number, changes: Record<string, unknown> = {}): object {
  return {
    dataset: { id: 'gaussian-blobs', train: 240, test: 80, validation: 60 },
    architecture: { id: 'mlp', widths: [12, 8] },
    training: {
      engine: 'sparse',
      optimizer: { id: 'adam', learningRate: 0.01 },
      iterations: 400,
      evaluateEvery: 40,
      batchSize: 20,
    },
    pruning: { levels: 2 },
    replicates: { count: 2, seed },
    branches: ['random-reinit'],
    ...changes,
  };
}

export interface Sample {
  /** The file for `--config`. */
  readonly config: string;
  readonly seed: number;
  /** A data directory in which it has finished, undisturbed. */
  readonly directory: string;
  readonly id: string;
  readonly kept: Kept;
  readonly milliseconds: number;
}

/** Runs a search undisturbed. @throws Error if it fails, for then nothing can be compared. */
export async function runSample(
  torment: Torment,
  name: string,
  seed: number,
  changes: Record<string, unknown> = {},
): Promise<Sample> {
  const directory = torment.newFolder(name);
  const config = path.join(torment.folder, `${name}.json`);
  writeFileSync(config, JSON.stringify(smallSettings(seed, changes)));
  const ended = await ticket([...searchArguments(config, directory), '--name', name]);
  if (ended.code !== 0) throw new Error(`the undisturbed search failed: ${ended.stderr}`);
  const id = onlyId(directory);
  const kept = withStore(directory, (store) => keptOf(store, id));
  return { config, seed, directory, id, kept, milliseconds: ended.milliseconds };
}

/** The name of the search that is attacked; the samples have others. */
export const VICTIM = 'victim';

export const searchArguments = (config: string, directory: string): string[] => [
  ...['search', '--config', config, '--data-dir', directory],
  ...['--name', VICTIM, '--workers', '1', '--json'],
];

/** Its id; undefined if it has no row yet. */
export function victimOf(directory: string): string | undefined {
  return withStore(directory, (store) => store.searches.list().find(({ name }) => name === VICTIM))
    ?.id;
}

/** @throws Error unless the directory holds one search. */
function onlyId(directory: string): string {
  const [id, ...others] = withStore(directory, (store) =>
    store.searches.list().map((search) => search.id),
  );
  if (id === undefined || others.length > 0) throw new Error(`${directory}: not one search`);
  return id;
}
