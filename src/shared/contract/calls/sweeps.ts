/** Sweeps: planned, launched, followed and stopped. */
import { z } from 'zod';
import { STOP_MOMENTS } from '../records/live.ts';
import type { SweepCheck } from '../records/planning.ts';
import type { SweepDetail, SweepResults } from '../records/sweeps.ts';
import { call, returns } from './call.ts';
import { id, name, settingsDraft, sweepDraft, workers } from './inputs.ts';

export const SWEEP_CALLS = {
  /** Checks every grid point and estimates the cost of the sweep. Saves nothing. */
  'sweep.plan': call(
    z.strictObject({
      settings: settingsDraft,
      sweep: sweepDraft,
      workers,
    }),
    returns<SweepCheck>(),
  ),
  /** Saves a search for every grid point, all or none, and queues them to run together. */
  'sweep.launch': call(
    z.strictObject({
      settings: settingsDraft,
      sweep: sweepDraft,
      name,
      /** The number of concurrent trainings over all searches; one per core by default. */
      workers,
    }),
    returns<SweepDetail>(),
  ),
  'sweep.get': call(z.strictObject({ id }), returns<SweepDetail>()),
  'sweep.results': call(z.strictObject({ id }), returns<SweepResults>()),
  /** These three apply `search.pause`, `search.resume` or `search.stop` to every search they can. */
  'sweep.pause': call(z.strictObject({ id }), returns<SweepDetail>()),
  'sweep.resume': call(z.strictObject({ id, workers }), returns<SweepDetail>()),
  'sweep.stop': call(
    z.strictObject({ id, when: z.enum(STOP_MOMENTS).default('now') }),
    returns<SweepDetail>(),
  ),
} as const;
