import { describe, expect, it } from 'vitest';
import {
  analysisFromAssignments,
  analysisIds,
} from '../../../../src/main/workbench/analyses/analysis-input.ts';
import { planSearch } from '../../../../src/main/workbench/planning/search-plan.ts';
import { settingsCommand } from '../../../../src/main/workbench/settings/settings-command.ts';
import { resolveSettings } from '../../../../src/main/workbench/settings/settings-input.ts';

describe('an analysis on the command line', () => {
  it.each(analysisIds())('%s has defaults for everything', (id) => {
    expect(analysisFromAssignments(id, []).id).toBe(id);
  });

  it('takes lists with commas, as JSON, and of one', () => {
    const levelsOf = (assignment: string) =>
      analysisFromAssignments('connectivity', [assignment])['levels'];
    expect(levelsOf('levels=0,3')).toEqual([0, 3]);
    expect(levelsOf('levels=[0,3]')).toEqual([0, 3]);
    expect(levelsOf('levels=2')).toEqual([2]);
    expect(analysisFromAssignments('early-bird', ['threshold=0.05', 'every=10'])).toMatchObject({
      threshold: 0.05,
      every: 10,
      window: 5,
    });
  });

  it.each([
    [['levels'], '"levels" is not name=value'],
    [['levels=0,three'], 'instability.levels.1 is [0,"three"]'],
    [['levels=1,1'], 'a list that names each level once'],
    [['points=2'], 'instability.points is 2'],
    [['pionts=30'], 'instability.pionts: there is no such setting'],
  ])('is refused clearly: %j', (assignments, message) => {
    expect(() => analysisFromAssignments('instability', assignments)).toThrow(message);
  });
});

describe('analyses in settings', () => {
  const settings = resolveSettings({
    assignments: ['analyses=[{"id":"connectivity","levels":[1]},{"id":"early-bird"}]'],
  });

  it('are said by the command that runs the search', () => {
    const command = settingsCommand(settings);
    const [, assignment] = /--set '(?<assignment>analyses=[^']+)'/.exec(command)!;
    expect(resolveSettings({ assignments: [assignment!] })).toEqual(settings);
  });

  it('are refused before the search is saved if it lacks a level', async () => {
    const given = resolveSettings({
      assignments: ['pruning.levels=2', 'analyses=[{"id":"connectivity","levels":[3]}]'],
    });
    await expect(planSearch(given)).rejects.toThrow(
      'connectivity: levels has 3; expected levels from 0 to 2',
    );
  });
});
