import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { amount } from '../../../../shared/amount.ts';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import { branchLabel } from '../../../../shared/domain/training.ts';
import type { VerifiedOutcome, VerifiedTraining } from '../../../workbench/bundles/verify.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { dataDirOption, userPath, wholeNumber, workersOption } from '../options.ts';
import type { Output } from '../output.ts';
import { stopOnSignal } from '../run-in-terminal.ts';
import { followSearch } from '../search-report.ts';
import { type Column, table } from '../table.ts';

interface VerifyOptions {
  readonly level?: number;
  readonly replicate?: number;
  readonly tolerance: number;
  readonly workers?: number;
  readonly json?: true;
  readonly quiet?: true;
  readonly dataDir?: string;
}

const OUTCOMES: Readonly<Record<VerifiedOutcome, string>> = {
  bits: 'same bits',
  numbers: 'same numbers',
  neither: 'neither',
};

const COLUMNS: readonly Column<VerifiedTraining>[] = [
  { heading: 'replicate', align: 'right', text: ({ key }) => String(key.replicate + 1) },
  { heading: 'level', align: 'right', text: ({ key }) => String(key.level) },
  { heading: 'branch', text: ({ key }) => branchLabel(key) },
  { heading: 'outcome', text: ({ outcome }) => OUTCOMES[outcome] },
  {
    heading: 'first difference (stored, here)',
    text: ({ difference }) =>
      difference ? `${difference.what}: ${difference.stored}, ${difference.other}` : '',
  },
];

/** Percentage points between test accuracies that count as the same numbers. */
const TOLERANCE = 1;

export function verifyCommand(output: Output): Command {
  return new Command('verify')
    .description(
      'Train a search, or a bundle, again here, and say of each training whether the same bits came out, the same numbers within a tolerance, or neither. No result that is stored changes; trainings that came in a bundle and came out bit for bit can then be reused by sweeps.',
    )
    .argument('<what>', 'id of a search, or its beginning; or the file of a bundle')
    .option('--level <n>', 'only this level, from the stored masks before it', (text) =>
      wholeNumber(text, 0),
    )
    .option('--replicate <n>', 'only this replicate, counted from 1', (text) =>
      wholeNumber(text, 1),
    )
    .option(
      '--tolerance <points>',
      'percentage points between test accuracies that count as the same numbers',
      percentagePoints,
      TOLERANCE,
    )
    .addOption(workersOption())
    .option('--json', 'print JSON')
    .option('--quiet', 'print only the result')
    .addOption(dataDirOption())
    .action(async (what: string, options: VerifyOptions) => {
      const workbench = Workbench.open(options.dataDir);
      const { signal, forget } = stopOnSignal(output);
      try {
        const request = {
          level: options.level,
          replicate: options.replicate === undefined ? undefined : options.replicate - 1,
          tolerance: options.tolerance / 100,
          workers: options.workers,
          signal,
          onEvent: options.quiet ? () => undefined : followSearch(output),
        };
        const file = userPath(what);
        const verified = existsSync(file)
          ? await workbench.bundles.verifyBundle(file, request)
          : await verifyStored(workbench, what, request);
        report(verified, options, output);
      } finally {
        forget();
        workbench.close();
      }
    });
}

async function verifyStored(
  workbench: Workbench,
  idOrPrefix: string,
  request: Parameters<Workbench['bundles']['verifyBundle']>[1],
): Promise<Map<string, VerifiedTraining[]>> {
  const { id } = workbench.history.get(idOrPrefix);
  return new Map([[id, await workbench.bundles.verify({ ...request, searchId: id })]]);
}

/** @throws WorkbenchError `conflict` if a training has come out otherwise. */
function report(
  verified: ReadonlyMap<string, readonly VerifiedTraining[]>,
  { json, tolerance }: VerifyOptions,
  output: Output,
): void {
  if (json) output.result(JSON.stringify(Object.fromEntries(verified), countedFromOne, 2));
  let neither = 0;
  for (const [id, trainings] of verified) {
    const count = (wanted: VerifiedOutcome): number =>
      trainings.filter(({ outcome }) => outcome === wanted).length;
    if (!json) {
      if (count('bits') < trainings.length) output.result(table(COLUMNS, trainings));
      output.result(
        `${id}: of ${amount(trainings.length, 'training')}, ${count('bits')} came out bit for bit, ${count('numbers')} with the same numbers (within ${amount(tolerance, 'percentage point')}), ${count('neither')} otherwise.`,
      );
    }
    neither += count('neither');
  }
  if (neither === 0) return;
  throw new WorkbenchError(
    'conflict',
    `${amount(neither, 'training')} did not come out as stored`,
    'Compare the environments ("ticket show"): the engine, the processor and the version determine the bits.',
  );
}

/** Replicates are counted from 1 wherever a person or a program reads them. */
function countedFromOne(key: string, value: unknown): unknown {
  return key === 'replicate' && typeof value === 'number' ? value + 1 : value;
}

function percentagePoints(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new WorkbenchError(
    'invalid-argument',
    `--tolerance is ${text}; expected percentage points of at least 0`,
    'For example: --tolerance 0.5',
  );
}
