import process from 'node:process';
import { Command, Option } from 'commander';
import type { DatasetOverview, DatasetProgress } from '../../../../shared/contract/records.ts';
import { addDataset, FETCH_ROUTES, fetchDataset } from '../../../workbench/dataset-files/fetch.ts';
import { datasetOverview } from '../../../workbench/datasets.ts';
import { bar, duration } from '../format.ts';
import type { Output } from '../output.ts';
import { type Column, table } from '../table.ts';

const COLUMNS: readonly Column<DatasetOverview>[] = [
  { heading: 'id', text: ({ id }) => id },
  { heading: 'train', align: 'right', text: ({ summary }) => String(summary?.trainExamples ?? '') },
  { heading: 'test', align: 'right', text: ({ summary }) => String(summary?.testExamples ?? '') },
  { heading: 'example', text: ({ summary }) => summary?.shape.join(' × ') ?? '' },
  { heading: 'classes', align: 'right', text: ({ summary }) => String(summary?.classes ?? '') },
  { heading: 'state', text: stateOf },
  { heading: 'what it is', text: ({ description }) => description },
];

function stateOf({ state, downloadBytes }: DatasetOverview): string {
  switch (state) {
    case 'built-in':
      return 'built in';
    case 'fetched':
      return 'fetched';
    case 'to-be-fetched':
      return `to be fetched (${megabytes(downloadBytes ?? 0)})`;
    case 'needs-files':
      return 'needs files';
  }
}

export function datasetsCommand(output: Output): Command {
  return new Command('datasets')
    .description('List the datasets there are, with their sizes; fetch one that is not here yet.')
    .option('--json', 'as JSON')
    .action(async (options: { json?: true }) => {
      const overview = await datasetOverview();
      output.result(options.json ? JSON.stringify(overview, null, 2) : table(COLUMNS, overview));
    })
    .addCommand(fetchCommand(output))
    .addCommand(addCommand(output));
}

function fetchCommand(output: Output): Command {
  return new Command('fetch')
    .description('Download a dataset and check its content; goes on where it broke off.')
    .argument('<name>', 'the dataset, as cifar-10')
    .addOption(
      new Option('--route <route>', 'only from its own site, an npm or a Debian package').choices(
        FETCH_ROUTES,
      ),
    )
    .action(async (name: string, { route }: { route?: (typeof FETCH_ROUTES)[number] }) => {
      const folder = await untilSignal(output, (signal) =>
        fetchDataset(name, { route, signal, onProgress: follow(output) }),
      );
      output.note(`${name} is in ${folder}.`);
    });
}

function addCommand(output: Output): Command {
  return new Command('add')
    .description('Take in a dataset that was downloaded by other means, and check its content.')
    .argument('<name>', 'the dataset, as cifar-10')
    .argument('<path...>', 'its files, archives or folders')
    .action(async (name: string, paths: string[]) => {
      const folder = await untilSignal(output, (signal) =>
        addDataset(name, paths, { signal, onProgress: follow(output) }),
      );
      output.note(`${name} is in ${folder}.`);
    });
}

/** Ctrl-C stops the work where it can be gone on with; a second one ends the process at once. */
async function untilSignal<Result>(
  output: Output,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const stop = new AbortController();
  const onSignal = (): void => {
    forget();
    output.note('Stopping.');
    stop.abort();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const forget = (): void => {
    for (const signal of signals) process.off(signal, onSignal);
  };
  for (const signal of signals) process.on(signal, onSignal);
  try {
    return await work(stop.signal);
  } finally {
    forget();
  }
}

const BAR_WIDTH = 20;

/** A line that is drawn over in a terminal, and a line for each step elsewhere. */
function follow(output: Output): (progress: DatasetProgress) => void {
  let told = '';
  return (progress) => {
    if (output.isTerminal) output.status(describe(progress));
    else if (progress.step !== told) output.note(describe(progress));
    told = progress.step;
  };
}

function describe({ step, bytes, totalBytes, etaSeconds }: DatasetProgress): string {
  if (bytes === undefined || totalBytes === undefined) return step;
  const left = etaSeconds === undefined ? '' : `, ${duration(etaSeconds)} left`;
  const share = bar(bytes / Math.max(1, totalBytes), BAR_WIDTH);
  return `${share} ${step}: ${megabytes(bytes)} of ${megabytes(totalBytes)}${left}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}
