import type { SearchEvent } from '../../../shared/contract/events.ts';
import type { LogEntry } from '../../../shared/contract/records/search-results.ts';
import { describeData } from '../../../shared/domain/data-summary.ts';
import { amount, formatCount } from '../../../shared/amount.ts';
import { describeTraining, TICKET_BRANCH } from '../../../shared/domain/training.ts';
import { formatShortDuration } from '../../../shared/duration-text.ts';
import { formatPercent } from '../../../shared/percent-text.ts';

/**
 * Describes an event. An event that is too frequent to log has no entries.
 *
 * @param at Unix time, milliseconds.
 */
export function logEntriesOf(event: SearchEvent, at: number): readonly LogEntry[] {
  if (event.type !== 'data-read')
    return [logEntryOf(event, at)].filter((entry) => entry !== undefined);
  const { branch, summary } = event;
  const on = branch === TICKET_BRANCH ? '' : `${branch}: `;
  return [
    info(at, `${on}${describeData(summary)}`),
    ...summary.warnings.map(({ message }): LogEntry => ({
      at,
      severity: 'warning',
      message: `${on}${message}.`,
    })),
  ];
}

function logEntryOf(
  event: Exclude<SearchEvent, { readonly type: 'data-read' }>,
  at: number,
): LogEntry | undefined {
  switch (event.type) {
    case 'started': {
      const { trainingsTotal, trainingsDone, workers } = event;
      const done = trainingsDone > 0 ? `, ${trainingsDone} already done` : '';
      const threads = amount(workers, 'worker');
      if (trainingsDone === trainingsTotal) return info(at, `Started analysing on ${threads}.`);
      return info(at, `Started: ${amount(trainingsTotal, 'training')} on ${threads}${done}.`);
    }
    case 'preparing':
      return info(at, `Preparing ${event.what}.`);
    case 'training-resumed':
      return info(
        at,
        `${describeTraining(event.key)}: continues after iteration ${formatCount(event.iteration)}.`,
      );
    case 'training-finished': {
      const seconds = (event.trainingMilliseconds + event.evaluationMilliseconds) / 1000;
      return info(
        at,
        `${describeTraining(event.key)}: density ${formatPercent(event.density)}, early stop at ` +
          `${formatCount(event.earlyStopIteration)}, test accuracy ${formatPercent(event.testAccuracy)}, ` +
          (event.adoptedFrom === undefined
            ? `${formatShortDuration(seconds)}.`
            : `reused from ${event.adoptedFrom}.`),
      );
    }
    case 'warning':
      return {
        at,
        severity: 'warning',
        message: `${describeTraining(event.key)}: ${event.message}.`,
      };
    case 'analysis-unit-finished': {
      const { kind, unit, unitsDone, unitsTotal, milliseconds } = event;
      const time = formatShortDuration(milliseconds / 1000);
      return info(at, `Analysis ${kind}, ${unit}: ${unitsDone} of ${unitsTotal}, ${time}.`);
    }
    case 'result':
      return info(at, 'Finished.');
    case 'interrupted':
      return { at, severity: 'warning', message: 'Stopped; everything that finished is saved.' };
    case 'failed':
      return { at, severity: 'error', message: `Failed: ${event.error.message}` };
    case 'training-started':
    case 'progress':
    case 'evaluation':
    case 'analysing':
      return undefined;
  }
}

function info(at: number, message: string): LogEntry {
  return { at, severity: 'info', message };
}
