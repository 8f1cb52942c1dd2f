/** A search's result, summed up from the trainings that have finished. */
import { branchNames } from './branch.ts';
import type { BranchSummary, LevelSummary, SearchRecord, SearchResult } from './search.ts';
import type { Settings } from './settings.ts';
import { spreadOf } from './statistics.ts';
import { earlyStop, finalEvaluation, TICKET_BRANCH, type TrainingKey, type TrainingOutcome } from './training.ts';
import { transferNamed, transferNames } from './transfer.ts';
import { baseline, compare, judge, type Verdict } from './verdict.ts';

/**
 * What a search has found so far. A level's branch is there as soon as one replicate has finished
 * it, and is judged against the dense networks of the same replicates.
 *
 * @param outcomes of the finished trainings, in any order.
 * @returns undefined while no dense training has finished: there is nothing to compare with.
 */
export function summarizeSearch(
  record: SearchRecord,
  outcomes: readonly TrainingOutcome[],
): SearchResult | undefined {
  const inOrder = outcomes.toSorted((one, other) => one.key.replicate - other.key.replicate);
  const dense = inOrder.filter(({ key }) => key.level === 0 && key.branch === TICKET_BRANCH);
  if (dense.length === 0) return undefined;

  const { id, name, status, settings } = record;
  const baselines = new Map(
    transferNames(settings).map((branch) => [
      branch,
      inOrder.filter(({ key }) => key.level === 0 && key.branch === branch),
    ]),
  );
  /** What a subnetwork is judged against: the dense network of its replicate on its data. */
  const baselineOf = ({ branch }: TrainingKey): readonly TrainingOutcome[] =>
    baselines.get(branch) ?? dense;
  const pruned = inOrder.filter(
    ({ key }) =>
      key.level > 0 && baselineOf(key).some((other) => other.key.replicate === key.replicate),
  );
  const levels = [...new Set(pruned.map(({ key }) => key.level))].toSorted((a, b) => a - b);
  const targets = [...baselines].filter(([, outcomes]) => outcomes.length > 0);
  return {
    id,
    name,
    status,
    settings,
    dense: summarize(dense, baseline(dense)),
    ...(targets.length === 0
      ? {}
      : {
          targets: Object.fromEntries(
            targets.map(([branch, outcomes]) => [branch, summarize(outcomes, baseline(outcomes))]),
          ),
        }),
    levels: levels.flatMap((level) =>
      summarizeLevel(
        settings,
        level,
        baselineOf,
        pruned.filter(({ key }) => key.level === level),
      ),
    ),
  };
}

function summarizeLevel(
  settings: Settings,
  level: number,
  baselineOf: (key: TrainingKey) => readonly TrainingOutcome[],
  outcomes: readonly TrainingOutcome[],
): LevelSummary[] {
  const { confidence } = settings.verdict;
  const names = new Set([
    TICKET_BRANCH,
    ...branchNames(settings),
    ...outcomes.map(({ key }) => key.branch),
  ]);
  const finished = [...names].flatMap((name) => {
    const group = outcomes.filter(({ key }) => key.branch === name);
    return group[0] ? [{ name, group, example: group[0] }] : [];
  });
  const ticket = outcomes.filter(({ key }) => key.branch === TICKET_BRANCH);

  const branches: Record<string, BranchSummary> = {};
  for (const { name, group, example } of finished) {
    const dense = baselineOf(example.key);
    const summary = summarize(group, judge(dense, group, settings.verdict, confidence));
    const hasTicket = group.some(({ key }) =>
      ticket.some((other) => other.key.replicate === key.replicate),
    );
    const isControl = name !== TICKET_BRANCH && !transferNamed(settings, name);
    branches[name] =
      isControl && hasTicket
        ? { ...summary, comparedWithTicket: compare(ticket, group, confidence) }
        : summary;
  }
  // A level's density is its ticket's. Before the ticket has finished, most controls have the same;
  // while there are none but those of another density, the level is left out.
  const [first] = finished.filter(({ name }) => hasDensityOfTicket(settings, name));
  return first ? [{ level, density: first.example.density, branches }] : [];
}

/** A transfer may have an output layer of another size. */
function hasDensityOfTicket(settings: Settings, branch: string): boolean {
  return !BRANCHES_OF_OTHER_DENSITY.includes(branch) && !transferNamed(settings, branch);
}

/** Controls whose mask does not keep as many weights as the ticket's. */
const BRANCHES_OF_OTHER_DENSITY: readonly string[] = ['inverted-mask', 'small-dense'];

/** The outcomes of one branch at one level, in replicate order. */
function summarize(outcomes: readonly TrainingOutcome[], verdict: Verdict): BranchSummary {
  const stops = outcomes.map(({ evaluations }) => earlyStop(evaluations));
  return {
    density: spreadOf(outcomes.map(({ density }) => density)).mean,
    earlyStopIteration: spreadOf(stops.map(({ iteration }) => iteration)),
    testAccuracy: spreadOf(outcomes.map(({ evaluations }) => finalEvaluation(evaluations).testAccuracy)),
    testAccuracyAtEarlyStop: spreadOf(stops.map(({ testAccuracy }) => testAccuracy)),
    validationLoss: spreadOf(stops.map(({ validationLoss }) => validationLoss)),
    verdict,
  };
}

/** What has finished of a transfer, by level. */
export function transferredTickets(
  { levels }: SearchResult,
  branch: string,
): { readonly level: number; readonly summary: BranchSummary }[] {
  return levels.flatMap(({ level, branches }) => {
    const summary = branches[branch];
    return summary ? [{ level, summary }] : [];
  });
}

/** `the transferred ticket matches the target's dense network at 21 % density`: a verdict as a sentence. */
export function describeTransfer({ density, verdict }: BranchSummary): string {
  const kept = `${Number((density * 100).toPrecision(3))} % density`;
  const dense = 'the target’s dense network';
  switch (verdict.kind) {
    case 'winning':
      return `the transferred ticket matches ${dense} at ${kept}.`;
    case 'not winning':
      return `the transferred ticket falls behind ${dense} at ${kept}.`;
    default:
      return `undecided whether the transferred ticket matches ${dense} at ${kept}.`;
  }
}
