/** Shows a search in a terminal: its progress while it runs, and its result. */
import { amount, formatCount } from '../../../shared/amount.ts';
import type { CostEstimate, SearchAdvice } from '../../../shared/contract/records/planning.ts';
import type { SearchEvent } from '../../../shared/contract/events.ts';
import { type LevelRow, levelRows } from '../../../shared/domain/level-rows.ts';
import type { LevelSummary, SearchResult } from '../../../shared/domain/search.ts';
import { describeCorrection, describeMark, marksOf } from '../../../shared/domain/verdict-marks.ts';
import { describeTransfer, transferredTickets } from '../../../shared/domain/result.ts';
import { describeTraining, TICKET_BRANCH } from '../../../shared/domain/training.ts';
import { type LevelCost, speedAgainstDense } from '../../../shared/domain/training-cost.ts';
import { transferNamed, transferNames } from '../../../shared/domain/transfer.ts';
import {
  bar,
  countSpread,
  duration,
  formatPercent,
  formatProgress,
  percentSpread,
  shortDuration,
  significant,
} from './format.ts';
import { describeReadingInShort } from './data-report.ts';
import type { Output } from './output.ts';
import { type Column, table } from './table.ts';
import { plainLine } from './plain-text.ts';

export function describeEstimate(estimate: CostEstimate): string {
  const { seconds, analysisSeconds, evaluationShare, workers, basis } = estimate;
  const analyses =
    analysisSeconds === 0 ? '' : `, including ${duration(analysisSeconds)} of analyses`;
  const judged = basis === 'history' ? 'judging by similar searches' : 'measured in a short run';
  return `About ${duration(seconds)} on ${amount(workers, 'worker')}${analyses}, ${formatPercent(evaluationShare, 0)} of it evaluation (training.evaluateEvery), ${judged}`;
}

/** Shows events as they arrive: a live line in a terminal, otherwise plain lines. */
export function followSearch(output: Output): (event: SearchEvent) => void {
  let lastAccuracy = '';
  let done = 0;
  let total = 0;
  return (event) => {
    switch (event.type) {
      case 'started':
        done = event.trainingsDone;
        total = event.trainingsTotal;
        output.note(
          `Search ${event.id} (${plainLine(event.name)}): ` +
            (done === total ? 'analyses' : amount(total, 'training')) +
            ` on ${amount(event.workers, 'worker')}` +
            (done > 0 && done < total ? `, ${done} already done` : ''),
        );
        return;
      case 'evaluation': {
        const { testAccuracy } = event.evaluation;
        if (testAccuracy === undefined) return;
        lastAccuracy = ` · ${formatPercent(testAccuracy)} (level ${event.key.level} ${event.key.branch})`;
        return;
      }
      case 'progress': {
        const eta = event.etaSeconds === undefined ? '' : ` · ${duration(event.etaSeconds)} left`;
        output.status(
          `${bar(event.fraction, 10)} ${formatProgress(event.fraction)}${eta} · ${done}/${total}${lastAccuracy}`,
        );
        return;
      }
      case 'training-resumed':
        output.note(
          `${describeTraining(event.key)} continues after iteration ${formatCount(event.iteration)}`,
        );
        return;
      case 'training-finished': {
        done += 1;
        if (output.isTerminal) return;
        const seconds = (event.trainingMilliseconds + event.evaluationMilliseconds) / 1000;
        output.note(
          `[${done}/${total}] ${describeTraining(event.key)}: density ${formatPercent(event.density)}, early stop at ${formatCount(event.earlyStopIteration)}, test accuracy ${formatPercent(event.testAccuracy)}, ${seconds.toFixed(1)} s`,
        );
        return;
      }
      case 'warning':
        output.note(`Warning: ${describeTraining(event.key)}: ${event.message}`);
        return;
      case 'analysing': {
        const eta = event.etaSeconds === undefined ? '' : ` · ${duration(event.etaSeconds)} left`;
        const under = event.running.map(({ kind, unit }) => `${kind}, ${unit}`).join('; ');
        output.status(
          `${bar(event.fraction, 10)} ${formatProgress(event.fraction)}${eta} · ${event.unitsDone}/${event.unitsTotal} · ${under}`,
        );
        return;
      }
      case 'analysis-unit-finished':
        if (output.isTerminal) return;
        output.note(
          `[${event.unitsDone}/${event.unitsTotal}] ${event.kind}, ${event.unit}: ${(event.milliseconds / 1000).toFixed(1)} s`,
        );
        return;
      case 'data-read': {
        const on = event.branch === TICKET_BRANCH ? '' : `On ${event.branch}: `;
        output.note(`${on}${describeReadingInShort(event.summary)}`);
        return;
      }
      case 'preparing':
        output.status(`Preparing ${event.what}…`);
        return;
      case 'training-started':
      case 'result':
      case 'interrupted':
      case 'failed':
        return;
    }
  };
}

/** The next step, with its time and its command. */
export function describeAdvice({ sentence, step }: SearchAdvice): string {
  if (!step) return `Next: ${sentence}`;
  const time = step.seconds === undefined ? '' : `, about ${duration(step.seconds)}`;
  return `Next: ${sentence}\n  ${step.label}${time}: ${step.command}`;
}

const COLUMNS: readonly Column<LevelRow>[] = [
  { heading: 'level', align: 'right', text: ({ level }) => String(level) },
  { heading: 'density', align: 'right', text: ({ density }) => formatPercent(density) },
  { heading: 'branch', text: ({ branch }) => branch },
  {
    heading: 'early stop (iteration)',
    align: 'right',
    text: ({ summary }) => countSpread(summary.earlyStopIteration),
  },
  {
    heading: 'test accuracy then',
    align: 'right',
    text: ({ summary }) => percentSpread(summary.testAccuracyAtEarlyStop),
  },
  {
    heading: 'at the end',
    align: 'right',
    text: ({ summary }) => percentSpread(summary.testAccuracy),
  },
  { heading: 'verdict', text: ({ summary }) => summary.verdict.kind },
];

const COST_COLUMNS: readonly Column<LevelCost>[] = [
  { heading: 'level', align: 'right', text: ({ level }) => String(level) },
  { heading: 'density', align: 'right', text: ({ density }) => formatPercent(density) },
  { heading: 'engine', text: ({ engines }) => engines.join(', ') },
  {
    heading: 'ms per step',
    align: 'right',
    text: ({ millisecondsPerStep: { mean, min, max, values } }) =>
      `${significant(mean)}${values.length < 2 ? '' : ` [${significant(min)}, ${significant(max)}]`}`,
  },
  {
    heading: 'vs dense',
    align: 'right',
    text: (cost) => (cost.level === 0 ? '' : speedAgainstDense(cost)),
  },
  {
    heading: 'training',
    align: 'right',
    text: ({ trainingMilliseconds }) => shortDuration(trainingMilliseconds / 1000),
  },
  {
    heading: 'evaluation',
    align: 'right',
    text: ({ evaluationMilliseconds }) => shortDuration(evaluationMilliseconds / 1000),
  },
];

/** The result as text: tables of accuracies and of costs by level, and the verdict. */
export function describeResult(result: SearchResult, costs: readonly LevelCost[]): string {
  const replicates = result.dense.testAccuracy.values.length;
  const spread = replicates > 1 ? `mean [min, max] over ${replicates} replicates` : 'one replicate';
  return [
    table(COLUMNS, levelRows(result)),
    '',
    `Density is the fraction of prunable weights kept; numbers are ${spread}.`,
    '',
    table(COST_COLUMNS, costs),
    '',
    'A step is one iteration of a ticket, as measured here. Training and evaluation add up all trainings of the level.',
    ...verdictLines(result),
    ...transferLines(result),
  ].join('\n');
}

function verdictLines(result: SearchResult): string[] {
  const tickets = result.levels.flatMap(({ level, density, branches }) => {
    const ticket = branches['ticket'];
    return ticket ? [{ level, density, ticket, branches }] : [];
  });
  if (tickets.length === 0) return [];
  const smallest = tickets.findLast(({ ticket }) => ticket.verdict.kind === 'winning');
  const correction = describeCorrection(result);
  const last = tickets.at(-1)!;
  const lastTitle = `Last level, density ${formatPercent(last.density)}: ${last.ticket.verdict.kind}.`;
  const controls = Object.entries(last.branches).filter(
    ([branch]) => branch !== 'ticket' && !transferNamed(result.settings, branch),
  );
  return [
    '',
    ...(smallest
      ? judgedLines(
          `Smallest winning ticket: level ${smallest.level}, density ${formatPercent(smallest.density)}.`,
          smallest.branches,
        )
      : ['No level is clearly a winning ticket.']),
    ...(correction === undefined ? [] : [correction]),
    ...(last === smallest ? [] : judgedLines(lastTitle, last.branches)),
    ...controls.map(([branch, summary]) => {
      const difference =
        (last.ticket.testAccuracyAtEarlyStop.mean - summary.testAccuracyAtEarlyStop.mean) * 100;
      return `Compared with ${branch} at density ${formatPercent(last.density)}, the ticket is ${Math.abs(difference).toFixed(2)} points ${difference >= 0 ? 'better' : 'worse'} at the early stop.`;
    }),
  ];
}

/** A title, and below it why, and the marks of the level's ticket. */
function judgedLines(title: string, branches: LevelSummary['branches']): string[] {
  const reason = branches['ticket']?.verdict.reason ?? '';
  return [title, `  ${reason}`, ...marksOf(branches).map((mark) => `  ${describeMark(mark)}`)];
}

/** For every transfer, the smallest ticket that wins on the target, and the last ticket. */
function transferLines(result: SearchResult): string[] {
  const lines = transferNames(result.settings).flatMap((branch) => {
    const tickets = transferredTickets(result, branch);
    const smallest = tickets.findLast(({ summary }) => summary.verdict.kind === 'winning');
    const last = tickets.at(-1);
    const described = smallest === last ? [last] : [smallest, last];
    return described.flatMap((ticket) =>
      ticket
        ? [
            `${branch}, level ${ticket.level}: ${describeTransfer(ticket.summary)}`,
            `  ${ticket.summary.verdict.reason}`,
          ]
        : [],
    );
  });
  return lines.length === 0 ? [] : ['', ...lines];
}
