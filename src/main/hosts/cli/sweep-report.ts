/** Shows a sweep in a terminal: its plan, its progress while it runs, and its table. */
import { amount } from '../../../shared/amount.ts';
import type { CostEstimate, TensorFlowNeeds } from '../../../shared/contract/records/planning.ts';
import type {
  SweepTable,
  SweepTableRow,
  SweepTicket,
} from '../../../shared/contract/records/sweeps.ts';
import { describeTraining } from '../../../shared/domain/training.ts';
import { describeSweepCorrection } from '../../../shared/domain/verdict-marks.ts';
import { shortTexts } from '../../../shared/domain/sweep.ts';
import { readableData } from '../../../shared/domain/readable-data.ts';
import { largest, smallest } from '../../../shared/extremes.ts';
import type { countTrainings, PlannedPoint } from '../../workbench/planning/sweep-plan.ts';
import type { Workbench } from '../../workbench/workbench.ts';
import {
  bar,
  countSpread,
  duration,
  formatPercent,
  formatProgress,
  percentSpread,
} from './format.ts';
import type { Output } from './output.ts';
import { provideTensorFlow } from './provide-tensorflow.ts';
import { noteWaits, type RunOptions, stopOnSignal } from './run-in-terminal.ts';
import { describeEstimate } from './search-report.ts';
import { type Column, table } from './table.ts';

/** The grid points of a sweep, and how many trainings they share. */
export function describePlan(
  points: readonly Pick<PlannedPoint, 'label'>[],
  {
    trainings,
    trainingsToRun,
    iterationsToRun,
    estimate,
  }: ReturnType<typeof countTrainings> & { readonly estimate: CostEstimate | undefined },
): string {
  const shared = trainings - trainingsToRun;
  return [
    ...points.map(({ label }) => label),
    `${amount(trainings, 'training')}, ${shared} of them shared: ${trainingsToRun} to run, ${amount(iterationsToRun, 'iteration')}.`,
    ...(estimate ? [`${describeEstimate(estimate)}.`] : []),
  ].join('\n');
}

/**
 * Runs the missing trainings of a sweep until it ends or a signal stops the process. Finished trainings
 * stay saved.
 *
 * @throws WorkbenchError `interrupted` if it was stopped; otherwise the error of the first search that
 *   failed.
 */
export async function runSweepInTerminal(
  workbench: Workbench,
  sweepId: string,
  options: RunOptions & SweepReportOptions,
  output: Output,
): Promise<void> {
  try {
    await followSweepInTerminal(workbench, sweepId, options, output);
  } finally {
    const result = workbench.history.sweepTable(sweepId);
    output.result(
      options.json
        ? JSON.stringify({ type: 'table', table: result })
        : describeSweep(result, options),
    );
  }
}

/** Like `runSweepInTerminal`, but leaves it to the caller to show the result. */
export async function followSweepInTerminal(
  workbench: Workbench,
  sweepId: string,
  options: RunOptions,
  output: Output,
): Promise<void> {
  const labels = new Map(
    workbench.history.sweepTable(sweepId).rows.map((row) => [row.searchId, row.label]),
  );
  await provideTensorFlow(() => needsOfAll(workbench, [...labels.keys()]));
  noteWaits(workbench, output);
  const { signal, forget } = stopOnSignal(output);
  if (!options.quiet) output.note(`Sweep ${sweepId}: ${amount(labels.size, 'search', 'searches')}`);
  try {
    await workbench.runner.runSweep(sweepId, {
      workers: options.workers,
      signal,
      onEvent: (searchId, event, progress) => {
        if (options.json)
          output.event(JSON.stringify(readableData({ search: searchId, ...event })));
        if (options.quiet) return;
        const label = labels.get(searchId) ?? searchId;
        switch (event.type) {
          case 'progress': {
            const { fraction, etaSeconds } = progress();
            const eta = etaSeconds === undefined ? '' : ` · ${duration(etaSeconds)} left`;
            output.status(`${bar(fraction, 10)} ${formatProgress(fraction)}${eta} · ${label}`);
            return;
          }
          case 'training-finished': {
            if (output.isTerminal) return;
            const origin =
              event.adoptedFrom === undefined ? '' : `, reused from ${event.adoptedFrom}`;
            output.note(
              `${label}: ${describeTraining(event.key)}: density ${formatPercent(event.density)}, ` +
                `test accuracy ${formatPercent(event.testAccuracy)}${origin}`,
            );
            return;
          }
          case 'warning':
            output.note(`Warning: ${label}: ${describeTraining(event.key)}: ${event.message}`);
            return;
          case 'failed':
            output.note(`Failed: ${label}: ${event.error.message}`);
            return;
          default:
            return;
        }
      },
    });
  } finally {
    forget();
  }
}

function needsOfAll(workbench: Workbench, ids: readonly string[]): TensorFlowNeeds {
  const needs = ids.map((id) => workbench.planner.tensorflowNeedsLeft(id));
  return {
    reasons: needs.flatMap(({ reasons }) => reasons),
    canBeSparse: needs.every(({ canBeSparse }) => canBeSparse),
  };
}

export interface SweepReportOptions {
  /** Also shows what wins after Holm's correction over the whole sweep. */
  readonly holm?: true;
}

/** The table of a sweep, with a row for each grid point. */
export function describeSweep(sweep: SweepTable, { holm }: SweepReportOptions = {}): string {
  const swept = sweep.names.map((heading, index): Column<SweepTableRow> => {
    const textOf = shortTexts(sweep.rows.map(({ values }) => values[index] ?? null));
    return { heading, align: 'right', text: ({ values }) => textOf(values[index] ?? null) };
  });
  return [
    table([...swept, ...COLUMNS, ...(holm ? CORRECTED_COLUMNS : [])], sweep.rows),
    '',
    `Density is the fraction of prunable weights kept; numbers are ${spreadOver(sweep)} at the early stop.`,
    ...(sweep.rows.some(({ adopted }) => adopted > 0) ? [REUSED] : []),
    ...(holm ? [describeSweepCorrection(sweep.correction)] : []),
  ].join('\n');
}

const REUSED =
  'Reused: another search ran the same training, bit for bit, and it is counted there.';

const ticketText =
  (
    which: (row: SweepTableRow) => SweepTicket | undefined,
    text: (ticket: SweepTicket) => string,
  ): Column<SweepTableRow>['text'] =>
  (row) => {
    const ticket = which(row);
    return ticket ? text(ticket) : '–';
  };

const last = ({ last: ticket }: SweepTableRow): SweepTicket | undefined => ticket;
const winning = (row: SweepTableRow): SweepTicket | undefined => row.smallestWinning;
const corrected = (row: SweepTableRow): SweepTicket | undefined => row.smallestWinningCorrected;

const COLUMNS: readonly Column<SweepTableRow>[] = [
  { heading: 'state', text: ({ state }) => state },
  {
    heading: 'dense',
    align: 'right',
    text: ({ dense }) => (dense ? percentSpread(dense.testAccuracyAtEarlyStop) : '–'),
  },
  {
    heading: 'last level',
    align: 'right',
    text: ticketText(last, ({ density }) => formatPercent(density)),
  },
  {
    heading: 'early stop',
    align: 'right',
    text: ticketText(last, ({ earlyStopIteration }) => countSpread(earlyStopIteration)),
  },
  {
    heading: 'accuracy',
    align: 'right',
    text: ticketText(last, ({ testAccuracyAtEarlyStop }) => percentSpread(testAccuracyAtEarlyStop)),
  },
  { heading: 'verdict', text: ticketText(last, ({ verdict }) => verdict) },
  {
    heading: 'smallest winning',
    align: 'right',
    text: ticketText(winning, ({ density }) => formatPercent(density)),
  },
  {
    heading: 'its accuracy',
    align: 'right',
    text: ticketText(winning, ({ testAccuracyAtEarlyStop }) =>
      percentSpread(testAccuracyAtEarlyStop),
    ),
  },
  {
    heading: 'trained',
    align: 'right',
    text: ({ trained }) => String(trained),
  },
  {
    heading: 'reused',
    align: 'right',
    text: ({ adopted }) => String(adopted),
  },
];

const CORRECTED_COLUMNS: readonly Column<SweepTableRow>[] = [
  {
    heading: 'smallest winning (Holm)',
    align: 'right',
    text: ticketText(corrected, ({ density }) => formatPercent(density)),
  },
];

/** Searches of a sweep may have been extended, or may still run. */
function spreadOver({ rows }: SweepTable): string {
  const counts = rows.flatMap(({ dense }) => dense?.earlyStopIteration.values.length ?? []);
  const [least, most] = [smallest(counts), largest(counts)];
  if (most <= 1) return 'one replicate';
  return `mean [min, max] over ${least === most ? most : `${least} to ${most}`} replicates`;
}
