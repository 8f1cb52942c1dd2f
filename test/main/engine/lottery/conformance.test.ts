/** What every strategy, schedule, rewind and branch has to hold, on a tiny network. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import { branches } from '../../../../src/main/engine/lottery/branches/index.ts';
import { Laboratory } from '../../../../src/main/engine/lottery/laboratory.ts';
import { rewinds } from '../../../../src/main/engine/lottery/rewinds/index.ts';
import type { TrainingResult } from '../../../../src/main/engine/lottery/training-task.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { globalHparams, layerwiseHparams } from '../../../../src/main/engine/pruning/hparams.ts';
import { strategies } from '../../../../src/main/engine/pruning/index.ts';
import { plannedTargets } from '../../../../src/main/engine/pruning/levels.ts';
import { pruningSchedules } from '../../../../src/main/engine/pruning/schedules/index.ts';
import { totalKept } from '../../../../src/main/engine/pruning/targets.ts';
import { registries } from '../../../../src/main/workbench/registries.ts';
import { branchNames } from '../../../../src/shared/domain/branch.ts';
import type { Definition } from '../../../../src/shared/domain/definition.ts';
import { countKeptBySegment, firstRevived } from '../../../../src/shared/domain/mask.ts';
import { parseSettings, type Settings } from '../../../../src/shared/domain/settings.ts';
import { TICKET_BRANCH } from '../../../../src/shared/domain/training.ts';
import { tinyDataset } from '../../../support/tiny-dataset.ts';
import { tinySettings } from '../../../support/tiny-settings.ts';

const kernels = new Kernels();
const dataset = tinyDataset();
const baseline = kernels.tensorCount;

afterAll(() => {
  expect(kernels.tensorCount).toBe(baseline);
});

/** Trains level 0 and the pruned levels of one replicate, with the branches of each. */
function search(settings: Settings) {
  const laboratory = new Laboratory(kernels, settings, dataset);
  const layout = layoutOf(
    architectures
      .get(settings.architecture.id)
      .build(settings.architecture, dataset.shape, dataset.classes),
  );
  const targets = plannedTargets(settings.pruning, layout);
  const { keepsTrainedWeights } = rewinds.get(settings.rewind.id ?? 'weights');
  const tickets: TrainingResult[] = [];
  const controls: TrainingResult[] = [];
  for (let level = 0; level <= settings.pruning.levels; level += 1) {
    const before = tickets.at(-1);
    for (const branch of [TICKET_BRANCH, ...(level === 0 ? [] : branchNames(settings))]) {
      const result = laboratory.train(
        {
          key: { replicate: 0, level, branch },
          engine: 'dense',
          mask: before?.nextMask ?? new Uint8Array(layout.prunableCount).fill(1),
          rewindPoint:
            before && (keepsTrainedWeights ? before.finalWeights : tickets[0]?.rewindPoint),
          trained: before?.finalWeights,
          nextTarget: branch === TICKET_BRANCH ? targets[level] : undefined,
        },
        { onEvaluation: () => undefined, onIteration: () => true },
      );
      (branch === TICKET_BRANCH ? tickets : controls).push(result);
    }
  }
  laboratory.dispose();
  return { layout, targets, tickets, controls };
}

const bitsOf = ({ mask, initialWeights, finalWeights, evaluations }: TrainingResult) => ({
  mask,
  initialWeights,
  finalWeights,
  evaluations,
});

/** Everything that holds for any search whatever. */
function check(changes: Record<string, unknown>): ReturnType<typeof search> {
  const settings = tinySettings({ branches: [], ...changes });
  expect(parseSettings(registries, JSON.parse(JSON.stringify(settings)))).toEqual(settings);

  const result = search(settings);
  const { layout, targets, tickets, controls } = result;
  for (const [index, target] of targets.entries()) {
    const [before, ticket] = [tickets[index]!, tickets[index + 1]!];
    expect(firstRevived(before.mask, ticket.mask)).toBeUndefined();
    if (target.scope === 'layer') expect(ticket.keptCounts).toEqual(target.counts);
    expect(ticket.density).toBe(totalKept(target) / layout.prunableCount);
  }
  for (const { mask, keptCounts, finalWeights } of [...tickets, ...controls]) {
    expect(countKeptBySegment(mask, layout.prunable)).toEqual(keptCounts);
    for (const { offset, maskOffset, size } of layout.prunable) {
      for (let index = 0; index < size; index += 1) {
        if (mask[maskOffset + index] === 0) expect(finalWeights[offset + index]).toBe(0);
      }
    }
  }
  const again = search(settings);
  expect([...again.tickets, ...again.controls].map(bitsOf)).toEqual(
    [...tickets, ...controls].map(bitsOf),
  );
  return result;
}

describe.each(strategies.entries)('strategy $id', ({ id }) => {
  it('keeps exact counts, never revives, and follows from the seed', () => {
    const { layout, tickets } = check({ pruning: { strategy: { id }, levels: 2 } });
    // What is not prunable is reset with the rest, whatever the mask.
    const [dense, ...pruned] = tickets;
    for (const { offset, size } of layout.parameters.filter(({ prunable }) => !prunable)) {
      for (const { initialWeights } of pruned) {
        expect(initialWeights.subarray(offset, offset + size)).toEqual(
          dense!.initialWeights.subarray(offset, offset + size),
        );
      }
    }
  });

  it('prunes in one shot', () => {
    check({ pruning: { strategy: { id }, schedule: 'one-shot', targetDensity: 0.3 } });
  });
});

const SCHEDULE_SETTINGS: Readonly<Record<string, Record<string, unknown>>> = {
  iterative: { levels: 2 },
  'one-shot': { targetDensity: 0.4 },
  densities: { densities: [0.6, 0.3] },
  cubic: { levels: 3, targetDensity: 0.3 },
};

describe.each(pruningSchedules.entries)('schedule $id', ({ id }) => {
  it.each(['layerwise-magnitude', 'global-magnitude', 'erdos-renyi-kernel-random'])(
    'carries %s from level to level',
    (strategy) => {
      const { targets } = check({
        pruning: { strategy: { id: strategy }, schedule: id, ...SCHEDULE_SETTINGS[id] },
      });
      const totals = targets.map(totalKept);
      expect(totals).toEqual([...totals].sort((one, other) => other - one));
    },
  );
});

const REWIND_SETTINGS: Readonly<Record<string, Record<string, unknown>>> = {
  weights: { iteration: 10 },
  'learning-rate': { iteration: 10 },
  'fine-tune': { iterations: 10 },
};

/** Branches that can't be had without saying more. */
const BRANCH_SETTINGS: Readonly<Record<string, Record<string, unknown>>> = {
  transfer: { optimizer: { id: 'sgd' } },
};

const entryOf = ({ id }: { readonly id: string }): unknown =>
  BRANCH_SETTINGS[id] ? { id, ...BRANCH_SETTINGS[id] } : id;

describe.each(rewinds.entries)('rewind $id', ({ id, keepsTrainedWeights }) => {
  it('resets survivors to where it says, bit by bit', () => {
    const { tickets } = check({ rewind: { id, ...REWIND_SETTINGS[id] } });
    const [dense, first, second] = tickets;
    const expected = keepsTrainedWeights
      ? [dense!.finalWeights, first!.finalWeights]
      : [dense!.rewindPoint, dense!.rewindPoint];
    expect([first!.initialWeights, second!.initialWeights]).toEqual(expected);
  });

  it('goes with every branch', () => {
    const rewind = { id, ...REWIND_SETTINGS[id] };
    const { controls } = check({ rewind, branches: branches.entries.map(entryOf) });
    expect(controls).toHaveLength(2 * branches.entries.length);
  });
});

describe.each(branches.entries)('branch $id', ({ id }) => {
  it('differs from the ticket, and follows from the seed', () => {
    const { tickets, controls } = check({ branches: [entryOf({ id })] });
    for (const [index, control] of controls.entries()) {
      expect(control.nextMask).toBeUndefined();
      expect(bitsOf(control)).not.toEqual(bitsOf(tickets[index + 1]!));
    }
  });
});

/** Sections by the ids in their headings: ## `one`, `other`. */
function sectionsOf(file: string): Map<string, string> {
  const text = readFileSync(new URL(`../../../../docs/${file}`, import.meta.url), 'utf8');
  const sections = text.split(/^#+ /m).slice(1);
  return new Map(
    sections.flatMap((section) => {
      const [heading = ''] = section.split('\n');
      return [...heading.matchAll(/`([^`]+)`/g)].map(([, id]) => [id!, section] as const);
    }),
  );
}

describe('the docs', () => {
  const shared = new Set(Object.keys({ ...layerwiseHparams, ...globalHparams }));
  const documented = sectionsOf('strategies.md');
  const inStrategies: readonly Definition[] = [
    ...strategies.entries,
    ...pruningSchedules.entries,
    ...rewinds.entries,
  ];

  it.each(inStrategies)('have a section on $id with its settings', ({ id, hparams }) => {
    const section = documented.get(id);
    expect(section, `docs/strategies.md has no section on ${id}`).toBeDefined();
    for (const name of Object.keys(hparams.shape)) {
      if (!shared.has(name)) expect(section).toContain(`\`${name}\``);
    }
  });

  it('explain the settings that strategies share', () => {
    const text = readFileSync(new URL('../../../../docs/strategies.md', import.meta.url), 'utf8');
    for (const name of shared) expect(text).toContain(`\`${name}\``);
  });

  it.each(branches.entries)('have a section on the branch $id with its settings', (entry) => {
    const section = sectionsOf('branches.md').get(entry.id);
    expect(section).toBeDefined();
    for (const name of Object.keys(entry.hparams.shape)) expect(section).toContain(`\`${name}\``);
  });
});
