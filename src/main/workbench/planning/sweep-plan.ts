/** Turns the draft of a sweep into searches. Each is checked before anything is written. */
import {
  SettingsError,
  type SettingsProblem,
  WorkbenchError,
} from '../../../shared/contract/errors.ts';
import { plannedTrainings } from '../../../shared/domain/plan.ts';
import { parseSettings, type WrittenSettings } from '../../../shared/domain/settings.ts';
import {
  axesOf,
  describePoints,
  gridOf,
  type SweepAxis,
  type SweepDraft,
  type SweepValue,
} from '../../../shared/domain/sweep.ts';
import { iterationsOf } from '../../engine/lottery/span.ts';
import { settingsHash } from '../../store/settings-hash.ts';
import { settingOf } from '../settings/problem-paths.ts';
import { registries } from '../settings/registries.ts';
import { planSearch, type SearchPlan } from './search-plan.ts';
import { withSetting } from '../settings/settings-input.ts';
import { trainingIdentities } from '../running/training-identity.ts';

export interface PlannedPoint extends SearchPlan {
  readonly values: readonly SweepValue[];
  /** `learningRate = 0.0006, iteration = 100` */
  readonly label: string;
}

export interface PlannedSweep {
  readonly axes: readonly SweepAxis[];
  readonly points: readonly PlannedPoint[];
}

/** How many problems are named. The rest would repeat them. */
const NAMED_PROBLEMS = 10;

/**
 * The grid of a draft over base settings, which need not be valid without the sweep's values.
 *
 * @throws WorkbenchError `invalid-settings` naming path and value of every invalid grid point.
 */
export async function planSweep(base: object, draft: SweepDraft): Promise<PlannedSweep> {
  const axes = axesOf(draft);
  const describe = describePoints(axes);
  const points: PlannedPoint[] = [];
  const problems: SettingsProblem[] = [];
  const labels = new Map<string, string>();
  for (const values of gridOf(axes)) {
    const label = describe(values);
    try {
      const plan = await planSearch(settingsAt(base, values));
      const hash = settingsHash(plan.settings);
      const same = labels.get(hash);
      if (same !== undefined) {
        throw new WorkbenchError('invalid-settings', `the same settings as at ${same}`);
      }
      labels.set(hash, label);
      points.push({ ...plan, values, label });
    } catch (error) {
      for (const problem of problemsAt({ label, values, base }, error)) problems.push(problem);
    }
  }
  if (problems.length > 0) {
    const more = problems.length - NAMED_PROBLEMS;
    throw new SettingsError(
      problems.slice(0, NAMED_PROBLEMS),
      `${more > 0 ? `${more} more like these. ` : ''}Nothing was saved.`,
    );
  }
  return { axes, points };
}

/** Counts the trainings of a sweep. A training that several searches share runs once. */
export function countTrainings(searches: readonly Pick<SearchPlan, 'settings' | 'targets'>[]): {
  readonly trainings: number;
  readonly trainingsToRun: number;
  readonly iterationsToRun: number;
} {
  let trainings = 0;
  const iterations = new Map<string, number>();
  for (const search of searches) {
    const identityOf = trainingIdentities(search);
    for (const key of plannedTrainings(search.settings)) {
      trainings += 1;
      iterations.set(identityOf(key).training, iterationsOf(search.settings, key));
    }
  }
  return {
    trainings,
    trainingsToRun: iterations.size,
    iterationsToRun: [...iterations.values()].reduce((sum, steps) => sum + steps, 0),
  };
}

function settingsAt(base: object, values: readonly SweepValue[]): WrittenSettings {
  return parseSettings(registries, treeAt(base, values));
}

/** As given, not checked. */
function treeAt(base: object, values: readonly SweepValue[]): object {
  return values.reduce((settings, { path, value }) => withSetting(settings, path, value), base);
}

interface GridPoint {
  readonly label: string;
  readonly values: readonly SweepValue[];
  readonly base: object;
}

function problemsAt(
  { label, values, base }: GridPoint,
  error: unknown,
): readonly SettingsProblem[] {
  if (!(error instanceof WorkbenchError)) throw error;
  const [first] = values;
  const problems: readonly SettingsProblem[] =
    error instanceof SettingsError
      ? error.problems
      : [
          {
            path: settingOf(error, treeAt(base, values)) ?? first?.path ?? '',
            message: error.message,
          },
        ];
  return problems.map(({ path, message }) => ({ path, message: `at ${label}: ${message}` }));
}
