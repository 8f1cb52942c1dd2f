import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { reportOf } from '../../../../src/shared/contract/errors.ts';
import type { HostServices } from '../../../../src/main/workbench/handlers/context.ts';
import { temporaryFolder } from '../../store/samples.ts';
import { finished, openTestWorkbench } from './support.ts';

/** A host whose dialogs are answered with these paths. */
function desktop(file: string): HostServices {
  return {
    kind: 'electron',
    confirmPlugIns: () => Promise.resolve(true),
    pickPath: () => Promise.resolve(file),
    pickTarget: () => Promise.resolve(file),
  };
}

describe('bundles of a window', () => {
  it('go to a whole path, or to the folder of bundles under the name of the search', async () => {
    const test = openTestWorkbench();
    const ids = [await finished(test)];
    const file = path.join(temporaryFolder(), 'own.ticket');
    const written = await test.client.call('bundle.write', { ids, path: file, replicates: [1] });
    expect(written).toMatchObject({ path: file, trainings: 5 });
    const small = await test.client.call('bundle.write', { ids, withWeights: false });
    expect(small?.path).toMatch(/bundles.a-sample-\d{8}-\d{4}\.ticket$/);
    expect(await test.client.call('bundle.merge', { path: file })).toMatchObject({
      file,
      searches: [{ id: ids[0], added: 0 }],
    });
    const relative = await test.client.call('bundle.merge', { path: 'own.ticket' }).catch(reportOf);
    expect(relative).toMatchObject({ code: 'invalid-argument' });
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
    expect(await test.client.call('bundle.merge', { path: other })).toMatchObject({ file });
    expect(await test.client.call('bundle.mergeDropped', { path: file })).toMatchObject({ file });
  });
});
