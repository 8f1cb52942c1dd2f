/** Turns anything a user wrote into complete, valid settings. */
import { SettingsError, type SettingsProblem } from '../../contract/errors.ts';
import { isEpochs } from '../duration.ts';
import { isUnknownEntry, problemAt, problemsOf } from './messages.ts';
import type { SettingsRegistries } from './registries.ts';
import { settingsSchema, type WrittenSettings } from './schema.ts';
import { lengthIfKnown, misfitsOf, type TrainingLength } from './training-length.ts';
import { withTransfers } from './transfers.ts';
import { checkTree } from './tree-checks.ts';

/**
 * Settings with every default filled in and epochs left unresolved.
 *
 * @throws WorkbenchError `invalid-settings` naming path, value and what is allowed.
 */
export function parseSettings(registries: SettingsRegistries, input: unknown): WrittenSettings {
  checkTree(input);
  const parsed = settingsSchema(registries).safeParse(input, { reportInput: true });
  if (!parsed.success)
    throw invalid(parsed.error.issues.flatMap((each) => problemsOf(each, input)));

  // Ranges are checked first, so one mistake does not cause complaints about related settings.
  const { data } = parsed;
  const length = lengthIfKnown(registries, data);
  const conflicts = conflictsIn(registries, data, length);
  if (conflicts.length > 0) {
    throw invalid(conflicts.map(({ path, value, bound }) => problemAt(path, value, bound, input)));
  }

  const { analyses, ...others } = data;
  const isAnalysed = analyses !== undefined && analyses.length > 0;
  const settings = withTransfers(registries, isAnalysed ? { ...others, analyses } : others);
  if (!length) return settings;
  return { ...settings, rewind: { ...settings.rewind, iteration: length.start } };
}

function invalid(problems: readonly SettingsProblem[]): SettingsError {
  const hint = 'Run "ticket catalog" for every setting with its range.';
  const plugIns = 'If an entry comes from a plug-in, start with --plugins FOLDER.';
  return new SettingsError(problems, problems.some(isUnknownEntry) ? `${hint} ${plugIns}` : hint);
}

/** A setting that is valid by itself but conflicts with others. */
interface Conflict {
  readonly path: readonly string[];
  readonly value: unknown;
  /** The expected value. */
  readonly bound: string;
}

function conflictsIn(
  registries: SettingsRegistries,
  { training, pruning, rewind, branchLevels = [] }: WrittenSettings,
  length: TrainingLength | undefined,
): readonly Conflict[] {
  const conflicts: Conflict[] = [];
  const beyond = branchLevels.find((level) => level > pruning.levels);
  if (beyond !== undefined) {
    const bound = `levels from 1 to pruning.levels, ${pruning.levels}`;
    conflicts.push({ path: ['branchLevels'], value: beyond, bound });
  }
  const { engines = [] } = training;
  if (engines.length > pruning.levels + 1) {
    const bound = `at most one engine for each level from 0 to pruning.levels, ${pruning.levels}`;
    conflicts.push({ path: ['training', 'engines'], value: engines, bound });
  }
  if (rewind.epoch !== undefined && isEpochs(rewind.iteration)) {
    const bound = 'a number, or no value, together with rewind.epoch';
    conflicts.push({ path: ['rewind', 'iteration'], value: rewind.iteration, bound });
  }
  // The iterations of an epoch are known only with the dataset.
  if (length && rewind.epoch === undefined) {
    return conflicts.concat(misfitsOf(registries, rewind, length));
  }
  return conflicts;
}
