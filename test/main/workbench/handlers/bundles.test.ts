import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { reportOf } from '../../../../src/shared/contract/errors.ts';
import type { HostServices } from '../../../../src/main/workbench/handlers/context.ts';
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
  for (const part of [bytes.slice(0, half), bytes.slice(half)]) {
    await client.call('bundle.addToUpload', { transfer, part });
  }
  return transfer;
}

describe('bundles of a window', () => {
  it('go to a whole path of the machine, and come from one', async () => {
    const test = openTestWorkbench();
    const ids = [await finished(test)];
    const file = path.join(temporaryFolder(), 'own.ticket');
    const written = await test.client.call('bundle.write', { ids, path: file, replicates: [1] });
    expect(written).toMatchObject({ path: file, trainings: 5 });
    expect(await test.client.call('bundle.merge', { path: file })).toMatchObject({
      file,
      searches: [{ id: ids[0], added: 0 }],
    });
    const relative = await test.client.call('bundle.merge', { path: 'own.ticket' }).catch(reportOf);
    expect(relative).toMatchObject({ code: 'invalid-argument' });
    const nowhere = await test.client.call('bundle.write', { ids }).catch(reportOf);
    expect(nowhere).toMatchObject({ code: 'invalid-argument' });
    expect(test.faults).toEqual([]);
  });

  it('go only where the dialog says, where there is one', async () => {
    const file = path.join(temporaryFolder(), 'chosen.ticket');
    const test = openTestWorkbench(desktop(file));
    const ids = [await finished(test)];
    const other = path.join(temporaryFolder(), 'other.ticket');
    expect(await test.client.call('bundle.write', { ids, path: other })).toMatchObject({
      path: file,
    });
    expect(existsSync(other)).toBe(false);
  });

  it('are fetched and sent in parts, and pass the same checks', async () => {
    const test = openTestWorkbench();
    const ids = [await finished(test)];
    const { transfer, name, bytes, trainings } = await test.client.call('bundle.beginDownload', {
      ids,
      withWeights: false,
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
    expect(await test.client.call('bundle.mergeUpload', { transfer: sound, name })).toMatchObject({
      file: name,
      searches: [{ id: ids[0], added: 0 }],
    });
    const damaged = await send(test, whole.slice(0, -30));
    const refused = await test.client
      .call('bundle.mergeUpload', { transfer: damaged, name })
      .catch(reportOf);
    expect(refused).toMatchObject({ code: 'invalid-data' });
    expect(JSON.stringify(refused)).toContain(name);
    expect(JSON.stringify(refused)).not.toContain(damaged);
    const again = await test.client
      .call('bundle.mergeUpload', { transfer: damaged, name })
      .catch(reportOf);
    expect(again).toMatchObject({ code: 'not-found' });
    expect(test.faults).toEqual([]);
  });

  it('can be stopped at any time', async () => {
    const test = openTestWorkbench();
    const ids = [await finished(test)];
    const file = path.join(temporaryFolder(), 'stopped.ticket');
    await test.client.call('bundle.stop');
    const writing = test.client.call('bundle.write', { ids, path: file }).catch(reportOf);
    await test.client.call('bundle.stop');
    expect(await writing).toMatchObject({ code: 'interrupted' });
    expect(existsSync(file)).toBe(false);
    await test.client.call('bundle.write', { ids, path: file });
    const merging = test.client.call('bundle.merge', { path: file }).catch(reportOf);
    await test.client.call('bundle.stop');
    expect(await merging).toMatchObject({ code: 'interrupted' });
    writeFileSync(file, readFileSync(file));
    expect(await test.client.call('bundle.merge', { path: file })).toMatchObject({ file });
  });
});
