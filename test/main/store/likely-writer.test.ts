import { expect, it, onTestFinished } from 'vitest';
import { MACHINE_SCOPE } from '../../../provision/processes.mjs';
import { Connection } from '../../../src/main/store/connection.ts';
import { openDatabase } from '../../../src/main/store/database.ts';
import { likelyWriter } from '../../../src/main/store/likely-writer.ts';
import { sampleSearch } from './samples.ts';
import { MOMENT, openStore } from './support.ts';

const [ENDED, MERGING, RUNNING] = [11, 12, 13];

it('is the process that merges, then one that runs searches, if they have not ended', () => {
  const { store, file } = openStore();
  const { id } = store.searches.create(sampleSearch());
  const database = openDatabase(file);
  onTestFinished(() => {
    database.close();
  });
  const connection = new Connection(database, file, () => MOMENT);
  const writer = (): string | undefined =>
    likelyWriter(connection, {
      now: () => MOMENT,
      isProcessAlive: (processId) => processId !== ENDED,
    });
  expect(writer()).toBeUndefined();

  const lease = database.prepare('INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?, ?)');
  lease.run(id, 'this process', MACHINE_SCOPE, process.pid, MOMENT);
  expect(writer()).toBeUndefined();
  lease.run(id, 'another process', MACHINE_SCOPE, RUNNING, MOMENT);
  expect(writer()).toBe('process 13, which runs searches');

  const merge = database.prepare('INSERT INTO bundle_merges VALUES (?, ?, ?, ?)');
  merge.run('one', MACHINE_SCOPE, ENDED, MOMENT);
  expect(writer()).toBe('process 13, which runs searches');
  merge.run('other', MACHINE_SCOPE, MERGING, MOMENT);
  expect(writer()).toBe('process 12, which merges a bundle');
});
