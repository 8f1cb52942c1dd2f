import {
  SettingsError,
  type SettingsProblem,
  WorkbenchError,
} from '../../../shared/contract/errors.ts';
import { type JsonObject, parseJson } from '../../../shared/contract/json.ts';
import type {
  ResolvedSettings,
  SettingsCheck,
  SettingsSummary,
} from '../../../shared/contract/records/planning.ts';
import { plannedTrainings } from '../../../shared/domain/plan.ts';
import {
  isUnknownEntry,
  parseSettings,
  type WrittenSettings,
} from '../../../shared/domain/settings.ts';
import { iterationsOf } from '../../engine/lottery/span.ts';
import { densitiesOf, keptByTensor } from '../planning/planned-densities.ts';
import { registries } from '../settings/registries.ts';
import { plannedLayers } from '../planning/planned-layers.ts';
import { planSearch, type SearchPlan } from '../planning/search-plan.ts';
import { planSweep } from '../planning/sweep-plan.ts';
import { settingOf } from '../settings/problem-paths.ts';
import { settingsCommand, sweepCommand } from '../settings/settings-command.ts';
import {
  resolveSettings,
  settingsAsGiven,
  type SettingsInput,
} from '../settings/settings-input.ts';
import { tensorflowNeeds } from '../tensorflow/needs.ts';
import type { HandlerContext } from './context.ts';
import type { HandlersOf } from './handlers.ts';

type Names = `settings.${'resolve' | 'validate' | 'summary' | 'command'}` | 'estimate.calibrate';

export function settingsHandlers({ estimates, queue }: HandlerContext): HandlersOf<Names> {
  const summaryOf = async (draft: JsonObject, workers?: number): Promise<SettingsSummary> => {
    const plan = await planSearch(parse(draft));
    const estimate = estimates.find(plan, workers);
    return { ...summarize(plan), estimate, tensorflow: tensorflowNeeds(plan) };
  };
  return {
    'settings.resolve': ({ preset, settings, assignments }) =>
      resolved({ preset, config: settings, assignments }),
    'settings.validate': ({ settings, workers }) =>
      orProblems(settings, async () => ({
        valid: true,
        summary: await summaryOf(settings, workers),
      })),
    'settings.summary': ({ settings, workers }) => summaryOf(settings, workers),
    'settings.command': async ({ settings, sweep, name }) => {
      if (!sweep) return settingsCommand(parse(settings), name);
      // Without the values of the sweep, the settings need not be valid.
      const [first] = (await planSweep(settings, sweep)).points;
      return sweepCommand(first ? first.written : parse(settings), sweep, name);
    },
    'estimate.calibrate': async ({ settings, sweep, workers }) => {
      if (queue.runningCount > 0) {
        throw new WorkbenchError(
          'conflict',
          'a search is running, which would make the measured times too long',
          'Wait until it has ended, or pause it.',
        );
      }
      if (sweep) {
        const { points } = await planSweep(settings, sweep);
        return estimates.calibrateTogether(points, workers);
      }
      return estimates.calibrate(await planSearch(parse(settings)), workers);
    },
  };
}

function parse(draft: JsonObject): WrittenSettings {
  return parseSettings(registries, draft);
}

/** An input with mistakes comes back laid over its base, so that a form can show it to be mended. */
async function resolved(input: SettingsInput): Promise<ResolvedSettings> {
  const found = await orProblems(input.config, () => ({
    valid: true,
    settings: resolveSettings(input),
  }));
  return found.valid ? found : { ...found, given: givenIn(input) };
}

/** Undefined if it can’t be laid over its base at all. */
function givenIn(input: SettingsInput): JsonObject | undefined {
  try {
    return parseJson(JSON.stringify(settingsAsGiven(input))) as JsonObject;
  } catch {
    return undefined;
  }
}

interface Valid {
  readonly valid: true;
}

/**
 * What `work` comes to, or the problems of the settings.
 *
 * @param given the settings that are checked, as far as they are known.
 */
async function orProblems<Found extends Valid>(
  given: unknown,
  work: () => Found | Promise<Found>,
): Promise<Found | Extract<SettingsCheck, { readonly valid: false }>> {
  try {
    return await work();
  } catch (error) {
    const problems = problemsOf(error, given);
    if (!problems) throw error;
    return { valid: false, problems };
  }
}

/**
 * What a form shows next to its fields; undefined for an error that settings did not cause.
 *
 * @param settings as they were given.
 */
export function problemsOf(
  error: unknown,
  settings: unknown,
): readonly SettingsProblem[] | undefined {
  if (error instanceof SettingsError) return error.problems.map(withPlugIns);
  if (!(error instanceof WorkbenchError)) return undefined;
  const { code, message, hint } = error;
  const path = settingOf(error, settings);
  if (path === undefined && code !== 'invalid-settings') return undefined;
  return [{ path: path ?? '', message: hint === undefined ? message : `${message}. ${hint}` }];
}

/** A form shows problems without the hint of the error that they come with. */
function withPlugIns(problem: SettingsProblem): SettingsProblem {
  if (!isUnknownEntry(problem)) return problem;
  return {
    ...problem,
    message: `${problem.message}. It may come from a plug-in that is not loaded.`,
  };
}

function summarize({
  settings,
  written,
  network,
  layout,
  targets,
}: SearchPlan): Omit<SettingsSummary, 'estimate' | 'tensorflow'> {
  const trainings = plannedTrainings(settings);
  return {
    settings,
    written,
    tensors: layout.prunable.map(({ name, layer, layerKind, shape, size, isOutput }) => ({
      name,
      layer,
      kind: layerKind,
      shape,
      weights: size,
      isOutput,
    })),
    layers: plannedLayers(network, layout),
    exampleShape: network.inputShape,
    parameterCount: layout.parameterCount,
    prunableCount: layout.prunableCount,
    densities: densitiesOf(layout, targets),
    kept: keptByTensor(layout, targets),
    trainings: trainings.length,
    iterations: trainings.reduce((sum, key) => sum + iterationsOf(settings, key), 0),
  };
}
