/** Searches with transfers, whose networks and data are others for one branch. */
import { expect, it } from 'vitest';
import { Workbench } from '../../../../src/main/workbench/workbench.ts';
import { crafted } from './crafted.ts';
import { bundleOf, emptyStore, everythingOf, saveTransfer } from './samples.ts';

const HERE = 'a'.repeat(64);
const ELSEWHERE = 'b'.repeat(64);

it('a bundle carries the networks, data and trainings of transfers', async () => {
  const [from, to] = [emptyStore(), emptyStore()];
  const id = saveTransfer(from, HERE);
  const merged = await Workbench.over(to).bundles.merge(await bundleOf(from, [id]));
  expect(merged).toMatchObject([{ id, added: 12, missing: 0 }]);
  const [here, there] = [everythingOf(to, id), everythingOf(from, id)];
  expect(here.bundled).toEqual(there.bundled);
  expect(here.bundled.targets).toMatchObject([{ datasetFingerprint: HERE }]);
  expect(here.weights).toEqual(there.weights);
  expect(here.readings).toEqual(there.readings);
  expect(to.integrityCheck()).toEqual([]);
});

it('parts of a search with a transfer are joined', async () => {
  const [from, to] = [emptyStore(), emptyStore()];
  const id = saveTransfer(from, HERE);
  for (const replicate of [1, 0]) {
    await Workbench.over(to).bundles.merge(await bundleOf(from, [id], { replicates: [replicate] }));
  }
  expect(everythingOf(to, id).trainings).toEqual(everythingOf(from, id).trainings);
});

it('a transfer to other data is another experiment', async () => {
  const [from, to] = [emptyStore(), emptyStore()];
  const [one, other] = [saveTransfer(from, HERE), saveTransfer(to, ELSEWHERE)];
  await Workbench.over(to).bundles.merge(await bundleOf(from, [one]));
  expect(to.searches.list().map(({ id }) => id)).toEqual(expect.arrayContaining([one, other]));
  const changed = crafted(
    await bundleOf(from, [one]),
    /search\.json$/,
    ({ targets }: { targets: { datasetFingerprint: string }[] }) =>
      (targets[0]!.datasetFingerprint = ELSEWHERE),
  );
  await expect(Workbench.over(to).bundles.merge(changed)).rejects.toThrow(
    /the fingerprint of the dataset of transfer-fashion-mnist is a+ here and b+ in the bundle/,
  );
});

it('a network of a transfer that its data do not give is refused', async () => {
  const from = emptyStore();
  const changed = crafted(
    await bundleOf(from, [saveTransfer(from, HERE)]),
    /search\.json$/,
    ({ targets, parameters }: { targets: { parameters: unknown }[]; parameters: unknown }) =>
      (targets[0]!.parameters = parameters),
  );
  await expect(Workbench.over(emptyStore()).bundles.merge(changed)).rejects.toThrow(
    /the layout of "transfer-fashion-mnist" is not that of its architecture/,
  );
});
