import { Command, Option } from 'commander';
import { cacheDirectory } from '../../../../../provision/project.mjs';
import { amount } from '../../../../shared/amount.ts';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import type { DropPreview } from '../../../../shared/contract/records/storage.ts';
import { chosenSearches, type DropChoice } from '../../../../shared/domain/drop-choice.ts';
import { WEIGHTS_LOST } from '../../../../shared/domain/dropped-weights.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { dataDirOption, wholeNumber } from '../options.ts';
import type { Output } from '../output.ts';
import { bytesText, describeStorage, reportFreed, storageStatus } from '../storage-report.ts';

interface Options {
  readonly dataDir?: string;
  readonly json?: true;
}

interface DropOptions extends Options {
  readonly olderThan?: number;
  readonly keepLatest?: number;
  readonly untagged?: true;
  readonly dryRun?: true;
}

export function storageCommand(output: Output): Command {
  return new Command('storage')
    .description('Say what takes space: by kind, and by search. Drop weights of old searches.')
    .addOption(dataDirOption())
    .option('--json', 'print JSON')
    .action((options: Options) => {
      withWorkbench(options, ({ storage }) => {
        const overview = storage.measure(cacheDirectory(), storageStatus(output));
        output.result(options.json ? JSON.stringify(overview, null, 2) : describeStorage(overview));
      });
    })
    .addCommand(dropCommand(output));
}

function dropCommand(output: Output): Command {
  return new Command('drop-weights')
    .description(
      'Drop weights of finished searches and keep masks and measurements. This can’t be undone.',
    )
    .argument('[id...]', 'ids of searches or sweeps, or their beginnings; by default all')
    .addOption(
      new Option('--older-than <days>', 'only searches created so many days ago').argParser(
        (text) => wholeNumber(text, 0),
      ),
    )
    .addOption(
      new Option('--keep-latest <n>', 'not the newest n of them').argParser((text) =>
        wholeNumber(text, 0),
      ),
    )
    .option('--untagged', 'only searches without a tag')
    .option('--dry-run', 'say what would be freed, and drop nothing')
    .action((ids: string[], _options: object, command: Command) => {
      const options = command.optsWithGlobals<DropOptions>();
      withWorkbench(options, (workbench) => {
        drop(output, workbench, ids, options);
      });
    });
}

function drop(
  output: Output,
  workbench: Workbench,
  given: readonly string[],
  options: DropOptions,
): void {
  const { storage } = workbench;
  const chosen = chosenIds(workbench, given, options, output);
  const preview = storage.previewDrop(chosen);
  if (options.dryRun) {
    output.result(options.json ? JSON.stringify(preview, null, 2) : describePreview(preview));
    return;
  }
  const freed = storage.dropWeights(chosen, storageStatus(output));
  if (options.json) output.result(JSON.stringify(freed, null, 2));
  else reportFreed(output, 'Weights dropped', freed);
}

/** @throws WorkbenchError `invalid-argument` where nothing says which searches are meant. */
function chosenIds(
  workbench: Workbench,
  given: readonly string[],
  { olderThan, keepLatest, untagged }: DropOptions,
  output: Output,
): readonly string[] {
  const choice: DropChoice = {
    olderThanDays: olderThan,
    keepLatest,
    isUntagged: untagged,
  };
  const hasChoice = [olderThan, keepLatest, untagged].some((each) => each !== undefined);
  const ids = given.flatMap((id) => {
    const sweep = workbench.history.findSweep(id);
    if (!sweep) return [workbench.history.identify(id).id];
    return workbench.history.searchesOfSweep(sweep.id);
  });
  if (!hasChoice && ids.length === 0) {
    throw new WorkbenchError(
      'invalid-argument',
      'nothing says whose weights are to be dropped',
      'Give ids, or --older-than 90, --keep-latest 20 or --untagged.',
    );
  }
  if (!hasChoice) return ids;
  const { searches } = workbench.storage.measure(cacheDirectory(), storageStatus(output));
  const meant = ids.length === 0 ? searches : searches.filter(({ id }) => ids.includes(id));
  return chosenSearches(meant, choice, Date.now());
}

function describePreview(preview: DropPreview): string {
  const { searches, leftOut, freedBytes, sharedBytes } = preview;
  return [
    ...searches.map(({ id, name }) => `${id}  ${name}`),
    ...leftOut.map(({ id, reason }) => `${id}  stays as it is: ${reason}`),
    `Dropping the weights of ${amount(searches.length, 'search', 'searches')} would free ${bytesText(freedBytes)}.`,
    ...(sharedBytes > 0
      ? [`${bytesText(sharedBytes)} stay, because other searches have them, too.`]
      : []),
    WEIGHTS_LOST,
  ].join('\n');
}

function withWorkbench({ dataDir }: Options, work: (workbench: Workbench) => void): void {
  const workbench = Workbench.open(dataDir);
  try {
    workbench.storage.purgeExpired();
    work(workbench);
  } finally {
    workbench.close();
  }
}
