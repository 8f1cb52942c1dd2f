/** Verdicts with their statistics, as parts of a report. */
import { amount } from '../../../shared/amount.ts';
import { describeTransfer, transferredTickets } from '../../../shared/domain/result.ts';
import type { LevelSummary, SearchResult } from '../../../shared/domain/search.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import { transferNames } from '../../../shared/domain/transfer.ts';
import { describeCorrection, describeMark, marksOf } from '../../../shared/domain/verdict-marks.ts';
import { formatPercent, formatShortPercent } from '../../../shared/percent-text.ts';
import type { ReportPart } from '../../exporters/report.ts';

const NOTHING_TRAINED = 'No dense training has finished yet, so there is nothing to judge.';
const NO_TICKET = 'No ticket has been trained yet.';

export function verdictParts(result: SearchResult | undefined): ReportPart[] {
  if (!result) return [paragraph(NOTHING_TRAINED)];
  const tickets = result.levels.filter(({ branches }) => branches[TICKET_BRANCH]);
  const last = tickets.at(-1);
  if (!last) return [paragraph(NO_TICKET)];
  const smallest = tickets.findLast(
    ({ branches }) => branches[TICKET_BRANCH]?.verdict.kind === 'winning',
  );
  const correction = describeCorrection(result);
  return [
    ...(smallest
      ? judged(
          `The smallest winning ticket is level ${smallest.level}, density ${formatPercent(smallest.density)}.`,
          smallest,
        )
      : [paragraph('No level is clearly a winning ticket.')]),
    ...(correction === undefined ? [] : [paragraph(correction)]),
    ...(last === smallest
      ? []
      : judged(
          `Last level, density ${formatPercent(last.density)}: ${last.branches[TICKET_BRANCH]!.verdict.kind}.`,
          last,
        )),
    ...transfers(result),
    paragraph(testOf(result)),
  ];
}

/**
 * The verdict on a branch of a search in one sentence: that on its smallest winning network, or on its
 * last level.
 */
export function verdictSentence(result: SearchResult | undefined, branch: string): string {
  if (!result) return NOTHING_TRAINED;
  const isTicket = branch === TICKET_BRANCH;
  const tickets = result.levels.flatMap(({ level, branches }) => {
    const summary = branches[branch];
    return summary ? [{ level, density: summary.density, verdict: summary.verdict }] : [];
  });
  const told = tickets.findLast(({ verdict }) => verdict.kind === 'winning') ?? tickets.at(-1);
  if (!told) return isTicket ? NO_TICKET : `No network of ${branch} has been trained yet.`;
  const { level, density, verdict } = told;
  const on = isTicket ? '' : `, ${branch}`;
  return `Level ${level}${on}, density ${formatPercent(density)}: ${verdict.kind}; ${verdict.reason}.`;
}

function judged(title: string, { branches }: LevelSummary): ReportPart[] {
  const reason = branches[TICKET_BRANCH]!.verdict.reason;
  const marks = marksOf(branches).map(describeMark);
  return [
    paragraph(`${title} ${capitalised(reason)}.`),
    ...(marks.length === 0 ? [] : [{ kind: 'list', items: marks } as const]),
  ];
}

/** For every transfer, its smallest ticket that wins on the target, or else its last. */
function transfers(result: SearchResult): ReportPart[] {
  return transferNames(result.settings).flatMap((branch) => {
    const tickets = transferredTickets(result, branch);
    const told =
      tickets.findLast(({ summary }) => summary.verdict.kind === 'winning') ?? tickets.at(-1);
    if (!told) return [];
    const { level, summary } = told;
    return [
      paragraph(
        `${branch}, level ${level}: ${describeTransfer(summary)} ${capitalised(summary.verdict.reason)}.`,
      ),
    ];
  });
}

/** How verdicts were tested. */
function testOf({ dense, settings, holm }: SearchResult): string {
  const { confidence } = settings.verdict;
  const replicates = dense.testAccuracy.values.length;
  const interval = formatShortPercent(confidence);
  const alpha = formatShortPercent((1 - confidence) / 2);
  const fewer =
    replicates < 3 ? ' Fewer than 3 replicates give an effect size, not a verdict.' : '';
  return (
    `Test: paired differences over N = ${amount(replicates, 'replicate')}, ` +
    `${interval} confidence intervals of Student's t, which include the error of the finite test set ` +
    'and of the evaluation interval. A ticket wins if both intervals lie on the right side ' +
    `(intersection–union test, one-sided at ${alpha} for each condition). ` +
    `${amount(holm.verdicts, 'level')} ${holm.verdicts === 1 ? 'was' : 'were'} judged; the correction for ` +
    `judging many is Holm's.${fewer}`
  );
}

export function paragraph(text: string): ReportPart {
  return { kind: 'paragraph', text };
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
