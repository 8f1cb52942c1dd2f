import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Store } from '../../../../src/main/store/store.ts';
import {
  checkpointOf,
  removeCheckpoint,
  sweepCheckpoints,
} from '../../../../src/main/workbench/running/checkpoints.ts';
import type { TrainingKey } from '../../../../src/shared/domain/training.ts';
import {
  ENVIRONMENT,
  FINGERPRINT,
  key,
  sampleSearch,
  sampleTraining,
  temporaryFolder,
} from '../../store/samples.ts';

function openStore(): { readonly store: Store; readonly folder: string; readonly id: string } {
  const directory = temporaryFolder();
  const store = Store.open(path.join(directory, 'workbench.sqlite'));
  onTestFinished(() => {
    store.close();
  });
  const folder = path.join(directory, 'checkpoints');
  mkdirSync(folder);
  return { store, folder, id: store.searches.create(sampleSearch()).id };
}

function write({ directory }: Store, id: string, training: TrainingKey): string {
  const { file } = checkpointOf(directory, id, training, 'identity');
  writeFileSync(file, 'a checkpoint');
  return path.basename(file);
}

describe('checkpoints', () => {
  it('are removed where nobody needs them: the search is gone, or the training has finished', () => {
    const { store, folder, id } = openStore();
    const running = write(store, id, key(0, 1));
    write(store, id, key(0, 0));
    store.searches.start(id, ENVIRONMENT, FINGERPRINT);
    store.trainings.save(id, sampleTraining(key(0, 0)));
    write(store, id, key(9, 0));
    const gone = store.searches.create(sampleSearch()).id;
    write(store, gone, key());
    write(store, gone, key(0, 1, 'transfer/../odd name'));
    store.searches.delete(gone);
    writeFileSync(path.join(folder, 'notes.txt'), 'of somebody else');

    expect(sweepCheckpoints(store)).toBe(4);
    expect(readdirSync(folder).toSorted()).toEqual([running, 'notes.txt'].toSorted());
    expect(sweepCheckpoints(store)).toBe(0);
  });

  it('are removed under a name that no training has', () => {
    const { store, folder, id } = openStore();
    writeFileSync(path.join(folder, `${id}.0.0.%zz.checkpoint`), '');
    expect(sweepCheckpoints(store)).toBe(1);
  });

  it('of a search that is damaged stay: it may be healed', () => {
    const { store, folder, id } = openStore();
    const name = write(store, id, key());
    vi.spyOn(store.searches, 'settings').mockImplementation(() => {
      throw new Error('damaged');
    });
    expect(sweepCheckpoints(store)).toBe(0);
    expect(readdirSync(folder)).toEqual([name]);
  });

  it('need no folder', () => {
    const directory = temporaryFolder();
    const store = Store.open(path.join(directory, 'workbench.sqlite'));
    expect(sweepCheckpoints(store)).toBe(0);
    removeCheckpoint(directory, 'none', key());
    store.close();
  });

  it('are written once a minute, or as the environment says', () => {
    const milliseconds = (): number => checkpointOf('/data', 'id', key(), '').milliseconds;
    vi.stubEnv('TICKET_CHECKPOINT_SECONDS', undefined);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    expect(milliseconds()).toBe(60_000);
    vi.stubEnv('TICKET_CHECKPOINT_SECONDS', '0.5');
    expect(milliseconds()).toBe(500);
    for (const text of ['', 'often', '-1', 'Infinity']) {
      vi.stubEnv('TICKET_CHECKPOINT_SECONDS', text);
      expect(milliseconds).toThrow(`TICKET_CHECKPOINT_SECONDS is "${text}"; expected`);
    }
  });
});
