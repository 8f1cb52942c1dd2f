/** What holds for a search with any registered entry, on any engine: run for real, on real workers. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datasets } from '../../../../src/main/engine/datasets/index.ts';
import { isFetched } from '../../../../src/main/engine/datasets/download.ts';
import { branchDefinition } from '../../../../src/main/engine/lottery/branches/index.ts';
import { rewindOf } from '../../../../src/main/engine/lottery/rewinds/index.ts';
import { iterationsOf } from '../../../../src/main/engine/lottery/span.ts';
import { plannedTargets } from '../../../../src/main/engine/pruning/levels.ts';
import { totalKept } from '../../../../src/main/engine/pruning/targets.ts';
import { ensureWasm } from '../../../../src/main/engine/sparse/build.ts';
import { enginesFor } from '../../../../src/main/engine/training/optimizer-engines.ts';
import { Store } from '../../../../src/main/store/store.ts';
import { RunControl } from '../../../../src/main/workbench/running/run-control.ts';
import { Workbench } from '../../../../src/main/workbench/workbench.ts';
import {
  countKept,
  countKeptBySegment,
  firstRevived,
  type Mask,
  unpackMask,
} from '../../../../src/shared/domain/mask.ts';
import { plannedTrainings } from '../../../../src/shared/domain/plan.ts';
import type { WrittenSettings } from '../../../../src/shared/domain/settings.ts';
import { TICKET_BRANCH, type TrainingKey } from '../../../../src/shared/domain/training.ts';
import { lastingGroup } from '../../../support/lasting-group.ts';
import { expectReports } from './reports.ts';
import type { ExampleSearch } from './searches.ts';

// Every training is waited for until it is on the disk: memory that looks like one is several times as fast.
const folder = mkdtempSync(
  path.join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'ticket-conformance-'),
);
const file = path.join(folder, 'workbench.sqlite');
const store = Store.open(file);
const workbench = Workbench.over(store);
/** As after a restart: another owner of searches, over a connection of its own. */
const later = Store.open(file);
const afterwards = Workbench.over(later);
const [one, two] = [lastingGroup(1), lastingGroup(2)];

beforeAll(async () => {
  await ensureWasm();
}, 60_000);

afterAll(async () => {
  await Promise.all([one.end(), two.end()]);
  store.close();
  later.close();
  rmSync(folder, { recursive: true });
});

const ticketOf = (replicate: number, level: number): TrainingKey => ({
  replicate,
  level,
  branch: TICKET_BRANCH,
});

const bitsOf = (array: Uint8Array | Float32Array | undefined): string | undefined =>
  array && createHash('sha256').update(array).digest('hex');

/** Everything a search leaves behind, times aside. */
function leftBy(searchId: string): unknown {
  const trainings = store.trainings
    .list(searchId)
    .map(({ key, density, keptCounts, engine, evaluations }) => {
      const { mask, initialWeights, finalWeights } = store.trainings.weights(searchId, key);
      const { nextMask, rewindPoint } = store.trainings.handover(searchId, key);
      const arrays = [mask, initialWeights, finalWeights, nextMask, rewindPoint].map(bitsOf);
      return { key, density, keptCounts, engine, evaluations, arrays };
    });
  const analyses = workbench.analyses.list(searchId).map(({ id, choice }) => ({
    choice,
    results: workbench.analyses.results(searchId, id).map(({ unit, result }) => ({ unit, result })),
  }));
  return { trainings, analyses };
}

/** Between searches that differ in their seed. */
function expectNothingInCommon(searchId: string, otherId: string): void {
  const { initializer, pruning } = store.searches.get(searchId).settings;
  for (const { key } of store.trainings.list(searchId)) {
    const [one, other] = [searchId, otherId].map((id) => store.trainings.weights(id, key));
    // What comes from a file is the same for every seed.
    const weights = initializer.id === 'imported' ? 'finalWeights' : 'initialWeights';
    expect(bitsOf(other![weights])).not.toBe(bitsOf(one![weights]));
    const isDrawn = pruning.strategy.id !== 'imported' && initializer.id !== 'imported';
    const isTicket = isDrawn && key.level > 0 && key.branch === TICKET_BRANCH;
    if (isTicket) expect(bitsOf(other!.mask)).not.toBe(bitsOf(one!.mask));
  }
}

async function run(settings: WrittenSettings, name: string): Promise<string> {
  const { id } = await workbench.planner.create(settings, name);
  await workbench.runner.run(id, { group: two.group });
  return id;
}

/** Stopped in the middle of its second training, and gone on with by somebody else. */
async function runWithInterruption(settings: WrittenSettings, name: string): Promise<string> {
  const { id, settings: resolved } = await workbench.planner.create(settings, name);
  const control = new RunControl();
  let started = 0;
  const stopped = workbench.runner.run(id, {
    group: one.group,
    control,
    onEvent: ({ type }) => {
      if (type === 'training-started') started += 1;
      // The second one waits after its first step.
      if (started === 2 && !control.isPaused) control.setPaused(true);
      if (type === 'evaluation' && control.isPaused) control.stop();
    },
  });
  await expect(stopped).rejects.toMatchObject({ code: 'interrupted' });
  // What is not trained at all may have come to its end beside it.
  const finished = store.trainings.keys(id).filter((key) => iterationsOf(resolved, key) > 0);
  expect(finished).toHaveLength(1);
  await afterwards.runner.run(id, { group: two.group });
  return id;
}

/** What every search promises about its masks and weights. */
function expectPromises(searchId: string): void {
  const { settings } = store.searches.get(searchId);
  const layout = store.searches.layout(searchId);
  const targets = plannedTargets(settings.pruning, layout);
  const unpacked = (packed: Uint8Array, { prunableCount } = layout): Mask =>
    unpackMask(packed, prunableCount);
  const { keepsTrainedWeights } = rewindOf(settings);
  expect(targets).toHaveLength(settings.pruning.levels);
  expect(store.trainings.list(searchId).map(({ key }) => key)).toEqual(
    expect.arrayContaining(plannedTrainings(settings)),
  );

  for (let replicate = 0; replicate < settings.replicates.count; replicate += 1) {
    const dense = store.trainings.weights(searchId, ticketOf(replicate, 0));
    expect(unpacked(dense.mask)).not.toContain(0);
    for (const [index, target] of targets.entries()) {
      const [above, key] = [ticketOf(replicate, index), ticketOf(replicate, index + 1)];
      const [before, ticket] = [above, key].map((each) => store.trainings.weights(searchId, each));
      const mask = unpacked(ticket!.mask);
      expect(firstRevived(unpacked(before!.mask), mask), 'a weight came back').toBeUndefined();
      expect(bitsOf(ticket!.mask)).toBe(bitsOf(store.trainings.handover(searchId, above).nextMask));

      const counts = countKeptBySegment(mask, layout.prunable);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(totalKept(target));
      if (target.scope === 'layer') expect(counts).toEqual(target.counts);
      for (const [tensor, floor] of (target.scope === 'global'
        ? (target.floors ?? [])
        : []
      ).entries()) {
        expect(counts[tensor]).toBeGreaterThanOrEqual(floor);
      }

      const point = keepsTrainedWeights
        ? before!.finalWeights
        : (store.trainings.handover(searchId, ticketOf(replicate, 0)).rewindPoint ??
          dense.initialWeights);
      expect(bitsOf(ticket!.initialWeights), 'not at the rewind point').toBe(bitsOf(point));
    }
  }

  for (const { key, keptCounts, density } of store.trainings.list(searchId)) {
    const { mask: packed, initialWeights, finalWeights } = store.trainings.weights(searchId, key);
    const own = store.searches.layout(searchId, key.branch);
    const mask = unpacked(packed, own);
    expect(countKeptBySegment(mask, own.prunable)).toEqual(keptCounts);
    expect(density).toBe(keptCounts.reduce((sum, count) => sum + count, 0) / own.prunableCount);
    for (const { name, prunable, offset, maskOffset, size } of own.parameters) {
      for (let index = 0; index < size; index += 1) {
        const isKept = !prunable || mask[maskOffset + index] === 1;
        const [start, end] = [initialWeights[offset + index], finalWeights[offset + index]];
        if (!isKept && end !== 0) expect.unreachable(`pruned weight ${index} of ${name} is ${end}`);
        if (isKept && start !== 0 && end === 0) expect.unreachable(`${index} of ${name} is 0`);
      }
    }
    const branch = branchDefinition(settings, key.branch);
    if (branch) {
      // The ticket of such a search is fine-tuned as well.
      const isTicketAgain = keepsTrainedWeights && branch.keepsFinalRate;
      const ticket = store.trainings.weights(searchId, ticketOf(key.replicate, key.level));
      if (branch.keepsDensity) expect(countKept(mask)).toBe(countKept(unpacked(ticket.mask)));
      if (!isTicketAgain) expect(bitsOf(finalWeights)).not.toBe(bitsOf(ticket.finalWeights));
    }
    // Whatever is pruned, the output's bias has a gradient.
    const { offset, size } = own.parameters.at(-1)!;
    const [start, end] = [initialWeights, finalWeights].map((weights) =>
      bitsOf(weights.subarray(offset, offset + size)),
    );
    const isTrained = branch?.isTrained ?? true;
    expect(iterationsOf(settings, key) > 0).toBe(isTrained);
    expect(end === start, 'whether what is never pruned was trained').toBe(!isTrained);
  }
}

export function conform(searches: readonly ExampleSearch[]): void {
  describe.each(searches)('$name', ({ name, on }) => {
    const possible = enginesFor(on('dense'));
    it.for((['dense', 'sparse'] as const).filter((engine) => possible.includes(engine)))(
      'keeps its promises, to the same bits when it is interrupted, to others from another seed, %s',
      async (engine, context) => {
        const settings = on(engine);
        const { id, download } = datasets.get(settings.dataset.id);
        if (download && !isFetched(id)) {
          context.skip(`${id} is not on this machine: ticket datasets fetch ${id}`);
        }
        const reseeded = { ...settings, replicates: { ...settings.replicates, seed: 8 } };
        const [whole, resumed, other] = await Promise.all([
          run(settings, name),
          runWithInterruption(settings, name),
          run(reseeded, name),
        ]);
        expectPromises(whole);
        await expectReports(workbench, whole);
        expect(leftBy(resumed)).toEqual(leftBy(whole));
        expectNothingInCommon(whole, other);
      },
    );
  });
}
