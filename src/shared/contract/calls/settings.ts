/** Settings before they are a search: completed, checked, and what they would cost. */
import { z } from 'zod';
import type {
  CostEstimate,
  ResolvedSettings,
  SettingsReview,
  SettingsSummary,
} from '../records/planning.ts';
import { call, returns } from './call.ts';
import { id, name, settingsDraft, sweepDraft, workers } from './inputs.ts';

export const SETTINGS_CALLS = {
  /** Completes settings: a preset, overridden by any part of the settings. */
  'settings.resolve': call(
    z.strictObject({
      preset: id.optional(),
      settings: settingsDraft.optional(),
      /** `training.iterations=500`, as on the command line. */
      assignments: z.array(z.string().max(10_000)).max(500).optional(),
    }),
    returns<ResolvedSettings>(),
  ),
  /**
   * Checks everything that can be checked before the first step: ranges, dataset, shapes, empty layers. Settings
   * without a problem come with their summary, which follows from the same plan.
   */
  'settings.validate': call(
    z.strictObject({
      settings: settingsDraft,
      workers,
    }),
    returns<SettingsReview>(),
  ),
  /** @throws `invalid-settings` with the problems that `settings.validate` would report. */
  'settings.summary': call(
    z.strictObject({
      settings: settingsDraft,
      workers,
    }),
    returns<SettingsSummary>(),
  ),
  /** The command line that would run these settings. */
  'settings.command': call(
    z.strictObject({
      settings: settingsDraft,
      /** If given, the command runs the sweep. */
      sweep: sweepDraft.optional(),
      name: name.optional(),
    }),
    returns<string>(),
  ),
  /** Trains a few hundred steps to estimate the cost of the whole search. Needs an idle machine. */
  'estimate.calibrate': call(
    z.strictObject({
      settings: settingsDraft,
      /** If given, the estimate covers all searches of the sweep. */
      sweep: sweepDraft.optional(),
      workers,
    }),
    returns<CostEstimate>(),
  ),
} as const;
