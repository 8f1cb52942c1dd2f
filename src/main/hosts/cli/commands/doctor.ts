import { Command } from 'commander';
import { diagnose } from '../../../../../provision/diagnose.mjs';
import { Workbench } from '../../../workbench/workbench.ts';
import { dataDirectory } from '../../../workbench/data-directory.ts';
import { reportOf } from '../../../../shared/contract/errors.ts';
import { EXIT_FAILED } from '../exit-codes.ts';
import { dataDirOption } from '../options.ts';
import type { Output } from '../output.ts';

type Facts = Awaited<ReturnType<typeof diagnose>>;

interface Problem {
  readonly message: string;
  readonly hint?: string | undefined;
}

interface StoreFacts {
  readonly directory: string;
  readonly searches: number;
  readonly problems: readonly Problem[];
}

export function doctorCommand(output: Output): Command {
  return new Command('doctor')
    .description('Check what is installed and what works, and say how to fix the rest.')
    .addOption(dataDirOption())
    .option('--json', 'print JSON')
    .action(async (options: { dataDir?: string; json?: true }) => {
      output.status('Checking…');
      const facts = await diagnose();
      const store = diagnoseStore(options.dataDir);
      output.result(
        options.json ? JSON.stringify({ ...facts, store }, null, 2) : describe(facts, store),
      );
      if (facts.problems.length + store.problems.length > 0) process.exitCode = EXIT_FAILED;
    });
}

function diagnoseStore(override: string | undefined): StoreFacts {
  const directory = dataDirectory(override);
  try {
    const workbench = Workbench.open(override);
    try {
      const problems = workbench.history.integrityCheck().map((message) => ({ message }));
      return { directory, searches: workbench.history.list().length, problems };
    } finally {
      workbench.close();
    }
  } catch (error) {
    return { directory, searches: 0, problems: [reportOf(error)] };
  }
}

function describe({ node, tensorflow, tools, cache, problems }: Facts, store: StoreFacts): string {
  const found = (version: string | null): string => version ?? 'not found';
  const gigabytes = (bytes: number | null): string =>
    bytes === null ? 'unknown' : `${(bytes / 1e9).toFixed(1)} GB`;
  const lines = [
    `Node         ${node.running} (needs ${node.minimum}); programs run on ${node.chosen ? `${node.chosen.version}, ${node.chosen.path}` : 'none'}`,
    tensorflow
      ? `TensorFlow   ${tensorflow.version}, ${tensorflow.route} route; ${tensorflow.isIntact ? 'checksums match' : 'damaged'}, ${tensorflow.loads ? 'loads and computes' : 'does not load'}\n             ${tensorflow.directory}`
      : 'TensorFlow   not set up yet; the first search will do it',
    `Python       ${found(tools.python)}; pip ${found(tools.pip)}`,
    `C++ compiler ${found(tools.compiler)}`,
    `Cache        ${cache.directory}, ${gigabytes(cache.freeBytes)} free${cache.neededBytes === null ? '' : ` (setup needs ${gigabytes(cache.neededBytes)})`}`,
    `Searches     ${store.searches} in ${store.directory}`,
  ];
  const all: readonly Problem[] = [...problems, ...store.problems];
  if (all.length === 0) return [...lines, '', 'No problems found.'].join('\n');
  return [
    ...lines,
    '',
    ...all.flatMap(({ message, hint }) => [`✗ ${message}`, ...(hint ? [`  ${hint}`] : [])]),
  ].join('\n');
}
