import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { reportOf } from '../../../../src/shared/contract/errors.ts';
import type { HostServices } from '../../../../src/main/workbench/handlers/context.ts';
import { transferFolder } from '../../../../src/main/workbench/bundles/transfer-folder.ts';
import { temporaryFolder } from '../../store/samples.ts';
import { finished, openTestWorkbench, type TestWorkbench } from './support.ts';

/** A host whose dialogs are answered with this path. */
function desktop(file: string): HostServices {
  return {
    kind: 'electron',
    confirmPlugIns: () => Promise.resolve(true),
    pickPath: () => Promise.resolve(file),
    pickTarget: () => Promise.resolve(file),
  };
}

async function send({ client }: TestWorkbench, bytes: Uint8Array): Promise<string> {
  const { transfer } = await client.call('bundle.beginUpload', { bytes: bytes.length });
  const half = Math.ceil(bytes.length / 2);
  for (const offset of [0, half]) {
    const part = bytes.slice(offset, offset + half);
    await client.call('bundle.addToUpload', { transfer, offset, part });
  }
  return transfer;
}

describe('bundles of a window', () => {
  it('go to a whole path of the machine, and come from one', async () => {
    const test = openTestWorkbench();
    const ids = [await finished(test)];
    const file = path.join(temporaryFolder(), 'own.ticket');
    const written = await test.client.call('bundle.write', {
      ids,
      path: file,
      replicates: [1],
      task: 'write',
    });
    expect(written).toMatchObject({ path: file, trainings: 5 });
    expect(await test.client.call('bundle.merge', { path: file, task: 'merge' })).toMatchObject({
      file,
      searches: [{ id: ids[0], added: 0 }],
    });
    const relative = await test.client
      .call('bundle.merge', { path: 'own.ticket', task: 'merge' })
      .catch(reportOf);
    expect(relative).toMatchObject({ code: 'invalid-argument' });
    const nowhere = await test.client.call('bundle.write', { ids, task: 'write' }).catch(reportOf);
    expect(nowhere).toMatchObject({ code: 'invalid-argument' });
    expect(test.faults).toEqual([]);
  });

  it('go only where the dialog says, where there is one', async () => {
    const file = path.join(temporaryFolder(), 'chosen.ticket');
    const test = openTestWorkbench(desktop(file));
    const ids = [await finished(test)];
    const other = path.join(temporaryFolder(), 'other.ticket');
    expect(
      await test.client.call('bundle.write', { ids, path: other, task: 'write' }),
    ).toMatchObject({ path: file });
    expect(existsSync(other)).toBe(false);
  });

  it('are fetched and sent in parts, and pass the same checks', async () => {
    const test = openTestWorkbench();
    const ids = [await finished(test)];
    const { transfer, name, bytes, trainings } = await test.client.call('bundle.beginDownload', {
      ids,
      withWeights: false,
      task: 'download',
    });
    expect(name).toMatch(/^a-sample-\d{8}-\d{4}\.ticket$/);
    expect(trainings).toBe(10);
    const whole = await test.client.call('bundle.readDownload', { transfer, offset: 0 });
    expect(whole).toHaveLength(bytes);
    await test.client.call('bundle.endTransfer', { transfer });
    const gone = await test.client
      .call('bundle.readDownload', { transfer, offset: 0 })
      .catch(reportOf);
    expect(gone).toMatchObject({ code: 'not-found' });

    const sound = await send(test, whole);
    const merged = await test.client.call('bundle.mergeUpload', {
      transfer: sound,
      name,
      task: 'merge',
    });
    expect(merged).toMatchObject({ file: name, searches: [{ id: ids[0], added: 0 }] });
    const damaged = await send(test, whole.slice(0, -30));
    const refused = await test.client
      .call('bundle.mergeUpload', { transfer: damaged, name, task: 'merge' })
      .catch(reportOf);
    expect(refused).toMatchObject({ code: 'invalid-data' });
    expect(JSON.stringify(refused)).toContain(name);
    expect(JSON.stringify(refused)).not.toContain(damaged);
    const again = await test.client
      .call('bundle.mergeUpload', { transfer: damaged, name, task: 'merge' })
      .catch(reportOf);
    expect(again).toMatchObject({ code: 'not-found' });
    expect(test.faults).toEqual([]);
  });

  it('travel only to and from browsers', async () => {
    const test = openTestWorkbench(desktop('/nowhere.ticket'));
    const sent = await test.client.call('bundle.beginUpload', { bytes: 1 }).catch(reportOf);
    expect(sent).toMatchObject({ code: 'forbidden' });
    const ids = [await finished(test)];
    const fetched = await test.client
      .call('bundle.beginDownload', { ids, task: 'one' })
      .catch(reportOf);
    expect(fetched).toMatchObject({ code: 'forbidden' });
    expect(existsSync(transferFolder(test.store.directory))).toBe(false);
  });

  it('wait for their turn: what has arrived is kept until then, and merged once', async () => {
    const test = openTestWorkbench();
    const ids = [await finished(test)];
    const file = path.join(temporaryFolder(), 'own.ticket');
    await test.client.call('bundle.write', { ids, path: file, task: 'export' });
    const bytes = new Uint8Array(readFileSync(file));
    const [one, other] = [await send(test, bytes), await send(test, bytes)];
    const mergeUpload = (transfer: string, task: string) =>
      test.client.call('bundle.mergeUpload', { transfer, name: 'sent.ticket', task });
    const merging = [
      test.client.call('bundle.merge', { path: file, task: 'by path' }),
      mergeUpload(one, 'one'),
      mergeUpload(other, 'other'),
    ];
    // A window that sends its call again, and gives up its bundle when that is refused.
    expect(await mergeUpload(one, 'again').catch(reportOf)).toMatchObject({ code: 'conflict' });
    await test.client.call('bundle.endTransfer', { transfer: one });
    const download = await test.client.call('bundle.beginDownload', { ids, task: 'download' });
    expect(download.trainings).toBe(10);
    expect(await Promise.all(merging)).toMatchObject([
      { file },
      { file: 'sent.ticket' },
      { file: 'sent.ticket' },
    ]);
    expect(test.faults).toEqual([]);
  });

  it('can be stopped at any time, by the window that has asked for them', async () => {
    const test = openTestWorkbench();
    const ids = [await finished(test)];
    const file = path.join(temporaryFolder(), 'stopped.ticket');
    const stop = (task: string) => test.client.call('bundle.stop', { task });
    await stop('write');
    const writing = test.client
      .call('bundle.write', { ids, path: file, task: 'write' })
      .catch(reportOf);
    await stop('write');
    expect(await writing).toMatchObject({ code: 'interrupted' });
    expect(existsSync(file)).toBe(false);
    await test.client.call('bundle.write', { ids, path: file, task: 'write' });
    const merging = test.client.call('bundle.merge', { path: file, task: 'merge' }).catch(reportOf);
    await stop('merge');
    expect(await merging).toMatchObject({ code: 'interrupted' });
    const other = test.client.call('bundle.merge', { path: file, task: 'merge' });
    const waiting = test.client.call('bundle.merge', { path: file, task: 'waiting' });
    expect(await test.client.call('bundle.running', {})).toContainEqual({
      task: 'waiting',
      progress: { what: 'waiting', fraction: 0 },
    });
    await stop('of another window');
    expect(await other).toMatchObject({ file });
    await waiting;
  });
});
