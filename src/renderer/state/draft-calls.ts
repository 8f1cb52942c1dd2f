/** What New search asks the workbench about the settings of its form. */
import type { Client } from '../../shared/contract/client.ts';
import { SettingsError, type SettingsProblem } from '../../shared/contract/errors.ts';
import type { JsonObject } from '../../shared/contract/json.ts';
import type {
  CostEstimate,
  SettingsSummary,
  SweepPlan,
} from '../../shared/contract/records/planning.ts';
import { asJson } from '../../shared/domain/settings-json.ts';
import type { sweepDraftOf } from '../forms/sweep-text.ts';
import type { Route } from './route.ts';

/** What is in the form. */
export interface DraftContent {
  readonly settings: JsonObject;
  /** Undefined for a single search. */
  readonly sweep: ReturnType<typeof sweepDraftOf> | undefined;
  /** Left out: as many as the workbench chooses. */
  readonly workers?: number;
}

/** Either problems, or what the settings come to. */
export interface DraftFindings {
  readonly problems: readonly SettingsProblem[];
  /** About the first search, if there are several. */
  readonly summary?: SettingsSummary;
  /** The searches of a sweep. */
  readonly plan?: SweepPlan | undefined;
}

export async function reviewDraft(client: Client, content: DraftContent): Promise<DraftFindings> {
  const { settings, sweep, ...workers } = content;
  let plan: SweepPlan | undefined;
  if (sweep) {
    if ('problems' in sweep) return sweep;
    const check = await client.call('sweep.plan', { settings, ...sweep, ...workers });
    if (!check.valid) return check;
    ({ plan } = check);
  }
  // Without the values of the sweep, the settings need not be valid.
  const shown = plan ? asJson(plan.first) : settings;
  const review = await client.call('settings.validate', { settings: shown, ...workers });
  return review.valid ? { problems: [], summary: review.summary, plan } : review;
}

/** The command line that would run the search or the sweep. @throws SettingsError. */
export function commandOf(
  client: Client,
  { settings, sweep }: DraftContent,
  name: string,
): Promise<string> {
  return client.call('settings.command', {
    settings,
    ...readable(sweep),
    ...(name === '' ? {} : { name }),
  });
}

/** Measures how long the search, or all searches of the sweep together, would take. @throws SettingsError. */
export function measuredCost(
  client: Client,
  { sweep, ...content }: DraftContent,
): Promise<CostEstimate> {
  return client.call('estimate.calibrate', { ...content, ...readable(sweep) });
}

/** Launches the search or the sweep. @returns where it is shown. @throws SettingsError. */
export async function launchDraft(
  client: Client,
  { sweep, ...content }: DraftContent,
  name: string,
): Promise<Route> {
  const draft = readable(sweep);
  if (!draft) {
    const { id } = await client.call('search.launch', { ...content, name });
    return { view: 'live', id };
  }
  const { row } = await client.call('sweep.launch', { ...content, ...draft, name });
  return { view: 'sweep', id: row.id };
}

/** @throws SettingsError if a text of a swept setting can't be read. */
function readable(sweep: DraftContent['sweep']) {
  if (sweep && 'problems' in sweep) throw new SettingsError(sweep.problems);
  return sweep;
}
