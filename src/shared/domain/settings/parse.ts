/** From anything a user wrote to complete, valid settings. */
import { SettingsError, type SettingsProblem } from '../../contract/errors.ts';
import { isEpochs } from '../duration.ts';
import { problemAt, problemsOf } from './messages.ts';
import type { SettingsRegistries } from './registries.ts';
import { settingsSchema, type WrittenSettings } from './schema.ts';
import { lengthIfKnown, misfitsOf } from './training-length.ts';
import { withTransfers } from './transfers.ts';

/**
 * Settings with every default filled in and epochs left as they are.
 *
 * @throws WorkbenchError `invalid-settings` naming path, value and what is allowed.
 */
export function parseSettings(registries: SettingsRegistries, input: unknown): WrittenSettings {
  const parsed = settingsSchema(registries).safeParse(input, { reportInput: true });
  // Ranges first: a mistake is not followed by complaints about what it is compared with.
  const problems = parsed.success
    ? conflictsIn(registries, parsed.data, input)
    : parsed.error.issues.flatMap((issue) => problemsOf(issue, input));
  if (!parsed.success || problems.length > 0) {
    throw new SettingsError(problems, 'Run "ticket catalog" for every setting with its range.');
  }
  const { analyses, ...others } = parsed.data;
  const isAnalysed = analyses !== undefined && analyses.length > 0;
  const settings = withTransfers(registries, isAnalysed ? { ...others, analyses } : others);
  const length = lengthIfKnown(registries, settings);
  if (!length) return settings;
  return { ...settings, rewind: { ...settings.rewind, iteration: length.start } };
}

/** Settings that are right by themselves, but not beside each other. */
function conflictsIn(
  registries: SettingsRegistries,
  settings: WrittenSettings,
  input: unknown,
): SettingsProblem[] {
  const { pruning, rewind, branchLevels = [] } = settings;
  const problems: SettingsProblem[] = [];
  const reject = (path: readonly string[], value: unknown, expected: string): void => {
    problems.push(problemAt(path, value, expected, input));
  };
  const beyond = branchLevels.find((level) => level > pruning.levels);
  if (beyond !== undefined) {
    reject(['branchLevels'], beyond, `levels from 1 to pruning.levels, ${pruning.levels}`);
  }
  if (rewind.epoch !== undefined && isEpochs(rewind.iteration)) {
    const expected = 'a number or nothing beside rewind.epoch';
    reject(['rewind', 'iteration'], rewind.iteration, expected);
  }
  const length = lengthIfKnown(registries, settings);
  // What an epoch comes to, and whether that fits, is known with the dataset.
  if (!length || rewind.epoch !== undefined) return problems;
  for (const { path, value, bound } of misfitsOf(registries, rewind, length)) {
    reject(path, value, bound);
  }
  return problems;
}
