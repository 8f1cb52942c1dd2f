/** What to do next with a finished search: one sentence, and one step that answers what it leaves open. */
import { amount, formatCount } from '../amount.ts';
import { formatDensity } from '../percent-text.ts';
import type { ExtensionRequest } from './extension.ts';
import type { BranchSummary, LevelSummary, SearchResult } from './search.ts';
import type { PairedDifference } from './statistics.ts';
import { TICKET_BRANCH } from './training.ts';
import { CONTROL, marksOf } from './verdict-marks.ts';

export interface Advice {
  /** What is known and what is open. */
  readonly sentence: string;
  /** Undefined where nothing that the workbench can do would decide more. */
  readonly step: NextStep | undefined;
}

export type NextStep =
  /** Add to the search and keep what it has trained. */
  | { readonly kind: 'extend'; readonly label: string; readonly request: ExtensionRequest }
  /** A new search with the settings of this one, except for these: `training.iterations=3000`. */
  | { readonly kind: 'search'; readonly label: string; readonly assignments: readonly string[] }
  /** Take the ticket's masks. */
  | { readonly kind: 'export'; readonly label: string; readonly level: number };

/** As many as in the paper's figures (Frankle & Carbin 2019). */
const USUAL_REPLICATES = 5;

/** More than this are not worth the time: the difference is practically none. */
const MOST_REPLICATES = 30;

/** Where more replicates help, and their number does not follow from an interval. */
const FEWEST_MORE = 2;

const MORE_LEVELS = 2;

/** The late resetting of Frankle et al. 2020, "Linear Mode Connectivity", is within the first 2 %. */
const REWIND_FRACTION = 0.02;

interface JudgedTicket extends LevelSummary {
  readonly ticket: BranchSummary;
}

/**
 * The most important thing that the result leaves open comes first: a baseline, a number of
 * replicates that allows a verdict, convergence, accuracy and speed, the control, the correction for many levels, smaller tickets.
 *
 * @returns undefined until a pruned level of a finished search has been judged.
 */
export function adviseOn(result: SearchResult): Advice | undefined {
  if (result.status !== 'finished') return undefined;
  const tickets = result.levels.flatMap((level): JudgedTicket[] => {
    const ticket = level.branches[TICKET_BRANCH];
    return ticket ? [{ ...level, ticket }] : [];
  });
  const last = tickets.at(-1);
  if (!last) return undefined;
  if (result.dense.verdict.kind === 'no baseline') return adviseOnBaseline(result);
  if (last.ticket.verdict.kind === 'effect size') return adviseOnReplicates(result);

  const winning = tickets.findLast(({ ticket }) => ticket.verdict.kind === 'winning');
  if (winning) return adviseOnWinner(result, winning, last);
  const open = tickets.findLast(({ ticket }) => ticket.verdict.kind !== 'not winning');
  return open ? adviseOnOpen(result, open) : adviseOnLosers(result, last);
}

function adviseOnBaseline({ settings, dense }: SearchResult): Advice {
  const { iterations, optimizer } = settings.training;
  const hasImproved = dense.earlyStopIteration.min > 0;
  const rate = 'learningRate' in optimizer ? Number(optimizer.learningRate) : undefined;
  if (hasImproved || rate === undefined) {
    return {
      sentence:
        'The dense network is not better than always answering the commonest class, so there is nothing to compare a ticket with.',
      step: longer(iterations),
    };
  }
  const lower = Number((rate / 10).toPrecision(3));
  return {
    sentence: `The dense network only got worse at the learning rate ${rate}, so there is nothing to compare a ticket with.`,
    step: {
      kind: 'search',
      label: `Search at the learning rate ${lower}`,
      assignments: [`training.optimizer.learningRate=${lower}`],
    },
  };
}

function longer(iterations: number): NextStep {
  const more = iterations * 2;
  return {
    kind: 'search',
    label: `Train ${formatCount(more)} iterations`,
    assignments: [`training.iterations=${more}`],
  };
}

function adviseOnReplicates({ settings }: SearchResult): Advice {
  const { count } = settings.replicates;
  return {
    sentence: `${count === 1 ? 'One replicate shows' : 'Two replicates show'} an effect, not whether it is chance; a verdict takes three.`,
    step: moreReplicates(USUAL_REPLICATES - count),
  };
}

function moreReplicates(count: number): NextStep {
  return {
    kind: 'extend',
    label: `${count} more ${count === 1 ? 'replicate' : 'replicates'}`,
    request: { replicates: count },
  };
}

function adviseOnWinner(result: SearchResult, winning: JudgedTicket, last: JudgedTicket): Advice {
  const wins = `The ticket ${at(winning)} wins`;
  const control = marksOf(winning.branches).find(({ condition }) => condition === 'control');
  const difference = winning.branches[CONTROL]?.comparedWithTicket?.accuracyDifference;
  if (!control || !difference) {
    return {
      sentence: `${wins}; whether its initial weights matter is open, because no ${CONTROL} was trained from its mask.`,
      step: addsControl(result, winning),
    };
  }
  if (control.finding === 'open') {
    const replicates = replicatesFor(result, difference, 0, false);
    return {
      sentence: `${wins}; ${replicates === undefined ? `it is too close to ${CONTROL} to tell them apart` : `whether it beats ${CONTROL} is open`}.`,
      step: replicates === undefined ? taken(winning) : moreReplicates(replicates),
    };
  }
  const { verdicts, winning: corrected } = result.holm;
  if (verdicts > 1 && !corrected.includes(winning.level)) {
    return {
      sentence: `${wins}, but not after the correction for ${verdicts} levels.`,
      step: moreReplicates(
        Math.max(FEWEST_MORE, USUAL_REPLICATES - result.settings.replicates.count),
      ),
    };
  }
  if (winning.level === last.level && countsLevels(result)) {
    return {
      sentence: `${wins}, and it is the smallest that was tried.`,
      step: {
        kind: 'extend',
        label: `${MORE_LEVELS} more levels`,
        request: { levels: MORE_LEVELS },
      },
    };
  }
  const beaten = control.finding === 'fails' ? `, but not against ${CONTROL}` : '';
  return { sentence: `${wins}${beaten}; the search leaves nothing open.`, step: taken(winning) };
}

/** Adding levels to other schedules would change the levels that were trained. */
function countsLevels({ settings }: SearchResult): boolean {
  return settings.pruning.schedule === 'iterative';
}

function addsControl({ settings }: SearchResult, { level }: JudgedTicket): NextStep | undefined {
  const isTrained = settings.branches.includes(CONTROL);
  if (!isTrained) {
    return { kind: 'extend', label: `Train ${CONTROL}`, request: { branches: [CONTROL] } };
  }
  // The branch is trained at chosen levels only, and this is none of them.
  const levels = [...new Set([...(settings.branchLevels ?? []), level])];
  return {
    kind: 'search',
    label: `Train ${CONTROL} at level ${level}`,
    assignments: [`branchLevels=${levels.toSorted((one, other) => one - other).join(',')}`],
  };
}

function taken({ level, density }: JudgedTicket): NextStep {
  return { kind: 'export', label: `Export the ticket at ${formatDensity(density)} density`, level };
}

function adviseOnOpen(result: SearchResult, open: JudgedTicket): Advice {
  const { accuracy, speed, accuracyDifference, iterationDifference } = open.ticket.verdict;
  const unconverged = unconvergedNetwork(result, open);
  if (unconverged !== undefined && speed === 'open' && iterationDifference) {
    const { iterations } = result.settings.training;
    const known =
      accuracy === 'open'
        ? `Accuracy and speed ${at(open)} are`
        : `The accuracy ${at(open)} holds, speed is`;
    return {
      sentence: `${known} open: ${unconverged} had not converged after ${formatCount(iterations)} iterations.`,
      step: longer(iterations),
    };
  }
  if (accuracy === 'open' && accuracyDifference) {
    return adviseOnAccuracy(result, open, accuracyDifference);
  }
  if (iterationDifference) return adviseOnSpeed(result, open, iterationDifference);
  return {
    sentence: `The accuracy ${at(open)} holds; speed has no verdict where trained weights are kept.`,
    step: taken(open),
  };
}

/** A network whose early stop was its last evaluation in some replicate. */
function unconvergedNetwork(
  { settings, dense }: SearchResult,
  { ticket }: JudgedTicket,
): string | undefined {
  const { iterations } = settings.training;
  if (dense.earlyStopIteration.max === iterations) return 'the dense network';
  return ticket.earlyStopIteration.max === iterations ? 'the ticket' : undefined;
}

function adviseOnAccuracy(
  result: SearchResult,
  open: JudgedTicket,
  difference: PairedDifference,
): Advice {
  const { accuracyTolerance } = result.settings.verdict;
  const replicates = replicatesFor(result, difference, -accuracyTolerance, false);
  if (replicates === undefined) {
    return {
      sentence: `The accuracy ${at(open)} is too close to what is allowed for the test set or ${MOST_REPLICATES} replicates to decide; a tolerance says which loss does not matter.`,
      step: tolerant(result),
    };
  }
  return {
    sentence: `The accuracy ${at(open)} is open: ${amount(result.settings.replicates.count, 'replicate')} leave too wide an interval.`,
    step: moreReplicates(replicates),
  };
}

function adviseOnSpeed(
  result: SearchResult,
  open: JudgedTicket,
  difference: PairedDifference,
): Advice {
  const { verdict, training, replicates } = result.settings;
  const allowed = verdict.iterationTolerance * result.dense.earlyStopIteration.mean;
  const more = replicatesFor(result, difference, allowed, true);
  if (more !== undefined) {
    return {
      sentence: `The accuracy ${at(open)} holds, speed is open: ${amount(replicates.count, 'replicate')} leave too wide an interval.`,
      step: moreReplicates(more),
    };
  }
  const every = Math.max(1, Math.round(training.evaluateEvery / 2));
  return {
    sentence: `The accuracy ${at(open)} holds; its early stop is too close to what is allowed to decide, with evaluations every ${training.evaluateEvery} iterations.`,
    step: {
      kind: 'search',
      label: `Evaluate every ${every} iterations`,
      assignments: [`training.evaluateEvery=${every}`],
    },
  };
}

function at({ density }: LevelSummary): string {
  return `at ${formatDensity(density)} density`;
}

/** Ten examples in a thousand: the tolerance that the quick preset has. */
const USUAL_TOLERANCE = 0.01;

function tolerant({ settings }: SearchResult): NextStep | undefined {
  if (settings.verdict.accuracyTolerance >= USUAL_TOLERANCE) return undefined;
  return {
    kind: 'search',
    label: `Allow ${USUAL_TOLERANCE * 100} point less`,
    assignments: [`verdict.accuracyTolerance=${USUAL_TOLERANCE}`],
  };
}

/**
 * How many more replicates would probably decide on which side of `bound` the difference lies: the
 * part of the interval that comes from seeds shrinks with the root of their number.
 *
 * @param isMeasuredEach whether each replicate is measured anew, as early stops are. The test set is
 *   the same for all of them.
 * @returns undefined if no reasonable number would.
 */
function replicatesFor(
  { settings }: SearchResult,
  { mean, margins }: PairedDifference,
  bound: number,
  isMeasuredEach: boolean,
): number | undefined {
  if (!margins) return undefined;
  const { count } = settings.replicates;
  const fixed = isMeasuredEach ? 0 : margins.measurement ** 2;
  const shrinking = margins.seeds ** 2 + (isMeasuredEach ? margins.measurement ** 2 : 0);
  const room = (mean - bound) ** 2 - fixed;
  if (room <= 0) return undefined;
  const needed = Math.ceil((count * shrinking) / room);
  return needed > MOST_REPLICATES ? undefined : Math.max(1, needed - count);
}

function adviseOnLosers({ settings }: SearchResult, last: JudgedTicket): Advice {
  const lowest = `No ticket down to ${formatDensity(last.density)} density wins`;
  const { iteration } = settings.rewind;
  const rewound = Math.round(settings.training.iterations * REWIND_FRACTION);
  if (iteration > 0 || rewound < 1) {
    return {
      sentence: `${lowest}, although survivors rewind to iteration ${iteration}.`,
      step: undefined,
    };
  }
  return {
    sentence: `${lowest}; in larger networks tickets win when survivors rewind to an early iteration (Frankle et al. 2020).`,
    step: {
      kind: 'search',
      label: `Rewind to iteration ${rewound}`,
      assignments: [`rewind.iteration=${rewound}`],
    },
  };
}
