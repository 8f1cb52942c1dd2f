/** The result of a search, summarised from its finished trainings. */
import { groupBy } from '../group-by.ts';
import { formatDensity } from '../percent-text.ts';
import { branchNames } from './branch.ts';
import { largest } from '../extremes.ts';
import type {
  BranchSummary,
  CorrectedVerdicts,
  LevelSummary,
  SearchRecord,
  SearchResult,
} from './search.ts';
import type { Settings } from './settings.ts';
import { spreadOf } from './statistics.ts';
import { earlyStop, finalEvaluation, TICKET_BRANCH, type TrainingOutcome } from './training.ts';
import { transferNamed, transferNames } from './transfer.ts';
import { compare, type Rules, type TestSet } from './comparison.ts';
import { baseline, holm, judge, type Verdict } from './verdict.ts';

/** What the result needs to know of branches, by name. The ticket is one of them. */
export interface BranchTraits {
  /**
   * What its accuracies are measured on. Undefined for a search that an earlier version started, which
   * did not keep it.
   */
  testSet(branch: string): TestSet | undefined;
  /** Whether it keeps as many weights as the ticket. */
  keepsDensity(branch: string): boolean;
  /** Whether it starts from weights that were not trained before, as the dense network does. */
  startsUntrained(branch: string): boolean;
}

/**
 * The result of a search so far. A level includes a branch once one replicate has finished it. The
 * branch is judged against the dense networks of the same replicates.
 *
 * @param outcomes of the finished trainings, in any order.
 * @returns undefined while no dense training has finished, because there is nothing to compare
 *   with.
 */
export function summarizeSearch(
  record: SearchRecord,
  outcomes: readonly TrainingOutcome[],
  traits: BranchTraits,
): SearchResult | undefined {
  const rulesOf = (branch: string): Rules => rulesFor(record, traits, branch);
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
  /** The dense networks that a branch is judged against: on its own target, or else the search's. */
  const baselineOf = (branch: string): readonly TrainingOutcome[] => baselines.get(branch) ?? dense;
  const withBaseline = new Map(
    [TICKET_BRANCH, ...baselines.keys()].map((branch) => [
      branch,
      replicatesOf(baselineOf(branch)),
    ]),
  );
  const pruned = inOrder.filter(({ key }) => {
    const replicates = withBaseline.get(key.branch) ?? withBaseline.get(TICKET_BRANCH);
    return key.level > 0 && replicates?.has(key.replicate) === true;
  });
  const byLevel = groupBy(pruned, ({ key }) => key.level);
  const levels = [...byLevel].toSorted(([one], [other]) => one - other);
  const summaries = levels.flatMap(([level, own]): LevelSummary[] => {
    const branches = summarizeBranches(settings, baselineOf, rulesOf, own);
    const density = densityOf(own, traits.keepsDensity);
    return density === undefined ? [] : [{ level, density, branches }];
  });
  const targets = [...baselines].filter(([, outcomes]) => outcomes.length > 0);
  return {
    id,
    name,
    status,
    settings,
    dense: summarize(dense, baseline(dense, rulesOf(TICKET_BRANCH))),
    ...(targets.length === 0
      ? {}
      : {
          targets: Object.fromEntries(
            targets.map(([branch, outcomes]) => [
              branch,
              summarize(outcomes, baseline(outcomes, rulesOf(branch))),
            ]),
          ),
        }),
    levels: summaries,
    holm: correctedAlone({ levels: summaries, settings }),
  };
}

function correctedAlone(search: Pick<SearchResult, 'levels' | 'settings'>): CorrectedVerdicts {
  const [corrected] = correctVerdicts([search]);
  if (!corrected) throw new Error('a search has no correction of its own');
  return corrected;
}

function rulesFor({ settings }: SearchRecord, traits: BranchTraits, branch: string): Rules {
  return {
    ...settings.verdict,
    evaluateEvery: settings.training.evaluateEvery,
    testSet: traits.testSet(transferNamed(settings, branch) ? branch : TICKET_BRANCH),
    hasCommonClock: traits.startsUntrained(branch),
  };
}

/**
 * Corrects for judging the tickets of all levels of all these searches (Holm).
 *
 * @returns for each search the verdicts that are corrected for, those of all searches, and its own
 *   levels that win.
 */
export function correctVerdicts(
  searches: readonly Pick<SearchResult, 'levels' | 'settings'>[],
): readonly CorrectedVerdicts[] {
  const tickets = searches.flatMap(({ levels }, search) =>
    levels.flatMap(({ level, branches }) => {
      const verdict = branches[TICKET_BRANCH]?.verdict;
      return verdict ? [{ search, level, verdict }] : [];
    }),
  );
  const wins = holm(
    tickets.map(({ verdict }) => (verdict.kind === 'winning' ? verdict.chance : undefined)),
    // Where searches differ in it, the strictest holds for all.
    largest(searches.map(({ settings }) => settings.verdict.confidence)),
  );
  const winning = tickets.filter((_, index) => wins[index]);
  return searches.map((_, index) => ({
    verdicts: tickets.length,
    winning: winning.filter(({ search }) => search === index).map(({ level }) => level),
  }));
}

function replicatesOf(outcomes: readonly TrainingOutcome[]): Set<number> {
  return new Set(outcomes.map(({ key }) => key.replicate));
}

/** @param outcomes of one level. */
function summarizeBranches(
  settings: Settings,
  baselineOf: (branch: string) => readonly TrainingOutcome[],
  rulesOf: (branch: string) => Rules,
  outcomes: readonly TrainingOutcome[],
): LevelSummary['branches'] {
  const byBranch = groupBy(outcomes, ({ key }) => key.branch);
  const names = new Set([TICKET_BRANCH, ...branchNames(settings), ...byBranch.keys()]);
  const ticket = byBranch.get(TICKET_BRANCH) ?? [];
  const withTicket = replicatesOf(ticket);

  const branches: Record<string, BranchSummary> = {};
  for (const name of names) {
    const group = byBranch.get(name);
    if (!group) continue;
    const summary = summarize(group, judge(baselineOf(name), group, rulesOf(name)));
    const hasTicket = group.some(({ key }) => withTicket.has(key.replicate));
    const isControl = name !== TICKET_BRANCH && !transferNamed(settings, name);
    branches[name] =
      isControl && hasTicket
        ? { ...summary, comparedWithTicket: compare(ticket, group, rulesOf(name)) }
        : summary;
  }
  return branches;
}

/**
 * A level's density is its ticket's. Before the ticket has finished, branches that keep as many
 * weights provide it.
 *
 * @param outcomes of one level, in replicate order.
 */
function densityOf(
  outcomes: readonly TrainingOutcome[],
  keepsDensity: (branch: string) => boolean,
): number | undefined {
  const ticket = outcomes.find(({ key }) => key.branch === TICKET_BRANCH);
  return (ticket ?? outcomes.find(({ key }) => keepsDensity(key.branch)))?.density;
}

/** The outcomes of one branch at one level, in replicate order. */
function summarize(outcomes: readonly TrainingOutcome[], verdict: Verdict): BranchSummary {
  const stops = outcomes.map(({ evaluations }) => earlyStop(evaluations));
  return {
    density: spreadOf(outcomes.map(({ density }) => density)).mean,
    earlyStopIteration: spreadOf(stops.map(({ iteration }) => iteration)),
    testAccuracy: spreadOf(
      outcomes.map(({ evaluations }) => finalEvaluation(evaluations).testAccuracy),
    ),
    testAccuracyAtEarlyStop: spreadOf(stops.map(({ testAccuracy }) => testAccuracy)),
    validationLoss: spreadOf(stops.map(({ validationLoss }) => validationLoss)),
    verdict,
  };
}

/** The finished tickets of a transfer, by level. */
export function transferredTickets(
  { levels }: SearchResult,
  branch: string,
): { readonly level: number; readonly summary: BranchSummary }[] {
  return levels.flatMap(({ level, branches }) => {
    const summary = branches[branch];
    return summary ? [{ level, summary }] : [];
  });
}

/** A verdict as a sentence: `the transferred ticket matches the target’s dense network at 21 % density.` */
export function describeTransfer({ density, verdict }: BranchSummary): string {
  const kept = `${formatDensity(density)} density`;
  const dense = 'the target’s dense network';
  switch (verdict.kind) {
    case 'winning':
      return `the transferred ticket matches ${dense} at ${kept}.`;
    case 'not winning':
      return `the transferred ticket falls behind ${dense} at ${kept}.`;
    default:
      return `it is undecided whether the transferred ticket matches ${dense} at ${kept}.`;
  }
}
