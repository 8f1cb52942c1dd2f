/** A search's result, summed up from the trainings that have finished. */
import type { BranchSummary, LevelSummary, SearchRecord, SearchResult } from './search.ts';
import type { Settings } from './settings.ts';
import { spreadOf } from './statistics.ts';
import { earlyStop, TICKET_BRANCH, type TrainingOutcome } from './training.ts';
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
  const denseReplicates = new Set(dense.map(({ key }) => key.replicate));
  const pruned = inOrder.filter(({ key }) => key.level > 0 && denseReplicates.has(key.replicate));
  const levels = [...new Set(pruned.map(({ key }) => key.level))].toSorted((a, b) => a - b);
  return {
    id,
    name,
    status,
    settings,
    dense: summarize(dense, baseline(dense)),
    levels: levels.flatMap((level) =>
      summarizeLevel(
        settings,
        level,
        dense,
        pruned.filter(({ key }) => key.level === level),
      ),
    ),
  };
}

function summarizeLevel(
  settings: Settings,
  level: number,
  dense: readonly TrainingOutcome[],
  outcomes: readonly TrainingOutcome[],
): LevelSummary[] {
  const { confidence } = settings.verdict;
  const branchIds = new Set([
    TICKET_BRANCH,
    ...settings.branches,
    ...outcomes.map(({ key }) => key.branch),
  ]);
  const finished = [...branchIds]
    .map((id) => ({ id, group: outcomes.filter(({ key }) => key.branch === id) }))
    .filter(({ group }) => group.length > 0);
  const ticket = outcomes.filter(({ key }) => key.branch === TICKET_BRANCH);

  const branches: Record<string, BranchSummary> = {};
  for (const { id, group } of finished) {
    const summary = summarize(group, judge(dense, group, settings.verdict, confidence));
    const hasTicket = group.some(({ key }) =>
      ticket.some((other) => other.key.replicate === key.replicate),
    );
    branches[id] =
      id !== TICKET_BRANCH && hasTicket
        ? { ...summary, comparedWithTicket: compare(ticket, group, confidence) }
        : summary;
  }
  // A level's density is its ticket's. Before the ticket has finished, most controls have the same;
  // while there are none but those of another density, the level is left out.
  const [first] = finished.filter(({ id }) => !BRANCHES_OF_OTHER_DENSITY.includes(id));
  return first ? [{ level, density: first.group[0]!.density, branches }] : [];
}

/** Controls whose mask does not keep as many weights as the ticket's. */
const BRANCHES_OF_OTHER_DENSITY: readonly string[] = ['inverted-mask', 'small-dense'];

/** The outcomes of one branch at one level, in replicate order. */
function summarize(outcomes: readonly TrainingOutcome[], verdict: Verdict): BranchSummary {
  const stops = outcomes.map(({ evaluations }) => earlyStop(evaluations));
  return {
    density: spreadOf(outcomes.map(({ density }) => density)).mean,
    earlyStopIteration: spreadOf(stops.map(({ iteration }) => iteration)),
    testAccuracy: spreadOf(outcomes.map(({ evaluations }) => evaluations.at(-1)!.testAccuracy)),
    testAccuracyAtEarlyStop: spreadOf(stops.map(({ testAccuracy }) => testAccuracy)),
    validationLoss: spreadOf(stops.map(({ validationLoss }) => validationLoss)),
    verdict,
  };
}
