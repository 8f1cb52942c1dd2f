import { expect, it } from 'vitest';
import { planSearch } from '../../../../src/main/workbench/planning/search-plan.ts';
import { resolveSettings } from '../../../../src/main/workbench/settings/settings-input.ts';
import { countTrainings } from '../../../../src/main/workbench/planning/sweep-plan.ts';

it('counts once what is the same in epochs and in iterations', async () => {
  const common = ['training.schedule.id=steps', 'pruning.levels=1', 'replicates.count=1'];
  const planOf = (...assignments: string[]) =>
    planSearch(resolveSettings({ assignments: [...common, ...assignments] }));
  const inEpochs = await planOf(
    'training.iterations=6ep',
    'training.schedule.milestones=["3ep"]',
    'rewind.iteration=1.2ep',
  );
  const inIterations = await planOf(
    'training.iterations=600',
    'training.schedule.milestones=[300]',
    'rewind.iteration=120',
  );

  expect(countTrainings([inEpochs, inIterations])).toEqual({
    trainings: 6,
    trainingsToRun: 3,
    iterationsToRun: 600 + 2 * 480,
  });
});
