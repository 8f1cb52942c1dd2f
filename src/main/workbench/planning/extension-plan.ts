/** What a search would be with more replicates, levels or branches, and what of it is still to be trained. */
import { isDeepStrictEqual } from 'node:util';
import { SettingsError, WorkbenchError } from '../../../shared/contract/errors.ts';
import { branchNames, nameOfBranch } from '../../../shared/domain/branch.ts';
import type { AnalysisRecord } from '../../../shared/domain/analysis.ts';
import type { Extension, ExtensionRequest } from '../../../shared/domain/extension.ts';
import type { ParameterLayout } from '../../../shared/domain/layout.ts';
import { plannedTrainings } from '../../../shared/domain/plan.ts';
import type { SearchRecord } from '../../../shared/domain/search.ts';
import { parseSettings, type WrittenSettings } from '../../../shared/domain/settings.ts';
import {
  describeTraining,
  nameOfTraining,
  type TrainingKey,
} from '../../../shared/domain/training.ts';
import { pruningSchedules } from '../../engine/pruning/schedules/index.ts';
import { type ReplannedUnits, replannedUnits } from '../analyses/analysis-plan.ts';
import { trainingIdentities } from '../running/training-identity.ts';
import { registries } from '../settings/registries.ts';
import { hasSameParameters, planSearch, type SearchPlan } from './search-plan.ts';

/** An analysis of the extended search. */
export interface ReplannedAnalysis extends ReplannedUnits {
  readonly id: number;
}

export interface ExtensionPlan {
  readonly plan: SearchPlan;
  readonly added: Omit<Extension, 'at'>;
  /** The trainings that the extension adds. */
  readonly trainings: readonly TrainingKey[];
  readonly analyses: readonly ReplannedAnalysis[];
}

export interface ExtendedFrom {
  readonly search: SearchRecord;
  /** As it was planned. */
  readonly layout: ParameterLayout;
  readonly analyses: readonly AnalysisRecord[];
}

/**
 * Checks that everything the search has trained stays as it is: that each of its trainings would be
 * trained the same if the extended settings had been there from the start.
 *
 * @throws WorkbenchError `invalid-settings` for an extension that its settings can't have, or that
 *   changes what was trained; `conflict` if the dataset has changed.
 */
export async function planExtension(
  { search, layout, analyses }: ExtendedFrom,
  request: ExtensionRequest,
): Promise<ExtensionPlan> {
  const written = parseSettings(registries, search.written);
  const before = await planSearch(written);
  checkUnchanged(search, layout, before);
  const plan = await planSearch(parseSettings(registries, extended(written, request)));
  checkKeepsTrainings(before, plan);

  const known = new Set(plannedTrainings(before.settings).map(nameOfTraining));
  const names = branchNames(before.settings);
  const [from, to] = [before.settings, plan.settings];
  const added: Omit<Extension, 'at'> = {
    ...(from.replicates.count === to.replicates.count
      ? {}
      : { replicates: { from: from.replicates.count, to: to.replicates.count } }),
    ...(from.pruning.levels === to.pruning.levels
      ? {}
      : { levels: { from: from.pruning.levels, to: to.pruning.levels } }),
    ...(request.branches?.length
      ? { branches: branchNames(to).filter((name) => !names.includes(name)) }
      : {}),
  };
  return {
    plan,
    added,
    trainings: plannedTrainings(to).filter((key) => !known.has(nameOfTraining(key))),
    analyses: analyses.map(({ id, choice }) => ({ id, ...replannedUnits(choice, before, plan) })),
  };
}

function extended(
  written: WrittenSettings,
  { replicates = 0, levels = 0, densities = [], branches = [] }: ExtensionRequest,
): object {
  if (replicates + levels + densities.length + branches.length === 0) {
    throw new WorkbenchError(
      'invalid-argument',
      'nothing was asked to be added; expected replicates, levels or branches',
    );
  }
  checkBranches(written, branches);
  return {
    ...written,
    replicates: { ...written.replicates, count: written.replicates.count + replicates },
    branches: [...written.branches, ...branches],
    pruning: withMoreLevels(written.pruning, levels, densities),
  };
}

function checkBranches(
  written: WrittenSettings,
  branches: NonNullable<ExtensionRequest['branches']>,
): void {
  const known = branchNames(written);
  const repeated = branches.find((entry) => known.includes(nameOfBranch(entry)));
  if (repeated === undefined) return;
  const name = nameOfBranch(repeated);
  throw new SettingsError([
    { path: 'branches', message: `the search already has the branch ${name}; expected another` },
  ]);
}

function withMoreLevels(
  pruning: WrittenSettings['pruning'],
  levels: number,
  densities: readonly number[],
): object {
  const schedule = pruningSchedules.get(pruning.schedule);
  const { shape } = schedule.hparams;
  const listed: readonly unknown[] =
    'densities' in pruning && Array.isArray(pruning.densities) ? pruning.densities : [];
  if (levels > 0 && !('levels' in shape)) {
    const message = `the schedule ${schedule.id} does not count its levels; expected ${'densities' in shape ? 'the densities of the added levels' : 'no more levels'}`;
    throw new SettingsError(
      [{ path: 'pruning.levels', message }],
      'densities' in shape
        ? 'On the command line: --density 0.02'
        : 'Start a new search with another schedule.',
    );
  }
  if (densities.length > 0 && !('densities' in shape)) {
    const message = `the schedule ${schedule.id} has no list of densities; expected a number of levels`;
    throw new SettingsError(
      [{ path: 'pruning.densities', message }],
      'On the command line: --levels +1',
    );
  }
  if (densities.length > 0) {
    const { levels: _counted, ...others } = pruning;
    return { ...others, densities: [...listed, ...densities] };
  }
  return { ...pruning, levels: pruning.levels + levels };
}

/** @throws WorkbenchError `conflict` if the dataset gives another network or other durations. */
function checkUnchanged(search: SearchRecord, layout: ParameterLayout, now: SearchPlan): void {
  const planned = parseSettings(registries, search.settings);
  if (isDeepStrictEqual(now.settings, planned) && hasSameParameters(now.layout, layout)) return;
  throw new WorkbenchError(
    'conflict',
    `the dataset ${search.settings.dataset.id} has changed since the search ${search.id} was planned`,
    'Restore the dataset, or start a new search.',
  );
}

/** @throws WorkbenchError `invalid-settings` naming the first level that would change. */
function checkKeepsTrainings(before: SearchPlan, after: SearchPlan): void {
  const changed = before.targets.findIndex(
    (target, index) => !isDeepStrictEqual(target, after.targets[index]),
  );
  if (changed >= 0) {
    const { schedule } = after.settings.pruning;
    const message = `more levels change what level ${changed + 1} keeps, because the schedule ${schedule} distributes the densities over all levels`;
    throw new SettingsError(
      [{ path: 'pruning.levels', message }],
      'Start a new search with more levels, or extend it by replicates or branches.',
    );
  }
  for (const key of plannedTrainings(before.settings)) {
    // All replicates are alike.
    if (key.replicate > 0) return;
    if (identityOf(before, key) === identityOf(after, key)) continue;
    throw new Error(`the extension would change ${describeTraining(key)}`);
  }
}

/** The identity of a training without what comes after it. */
function identityOf({ settings, targets }: SearchPlan, key: TrainingKey): string {
  return trainingIdentities({ settings, targets: targets.slice(0, key.level) })(key).training;
}
