import { Command } from 'commander';
import { diagnose } from '../../../../../provision/diagnose.mjs';
import { type NativeStatus, nativeStatus } from '../../../workbench/about/sparse-engine.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { dataDirectory } from '../../../workbench/data-directory.ts';
import { reportOf } from '../../../../shared/contract/errors.ts';
import { EXIT_FAILED } from '../exit-codes.ts';
import { dataDirOption } from '../options.ts';
import type { Output } from '../output.ts';

type Facts = Awaited<ReturnType<typeof diagnose>>;

interface Options {
  readonly dataDir?: string;
  readonly deep?: true;
  readonly heal?: true;
  readonly json?: true;
}

interface Problem {
  readonly message: string;
  readonly hint?: string | undefined;
}

interface StoreFacts {
  readonly directory: string;
  readonly searches: number;
  /** Searches whose weights were dropped to save space. */
  readonly withoutWeights: number;
  readonly problems: readonly Problem[];
  /** What was damaged and is sound again, or was left and is removed, one sentence each. */
  readonly healed: readonly string[];
}

export function doctorCommand(output: Output): Command {
  return new Command('doctor')
    .description('Check what is installed and what works, and say how to fix the rest.')
    .addOption(dataDirOption())
    .option('--deep', 'also read all saved data and verify every checksum')
    .option(
      '--heal',
      'as --deep, and replace damaged data from the folder "backups" where possible',
    )
    .option('--json', 'print JSON')
    .action(async (options: Options) => {
      output.status('Checking…');
      const facts = await diagnose();
      const sparseEngine = nativeStatus();
      const store = diagnoseStore(options);
      output.result(
        options.json
          ? JSON.stringify({ ...facts, sparseEngine, store }, null, 2)
          : describe(facts, sparseEngine, store),
      );
      if (facts.problems.length + store.problems.length > 0) process.exitCode = EXIT_FAILED;
    });
}

function diagnoseStore(options: Options): StoreFacts {
  const directory = dataDirectory(options.dataDir);
  try {
    const workbench = Workbench.open(options.dataDir);
    try {
      const { history } = workbench;
      const damaged = history.damaged();
      const removed = removedCheckpoints(history.removeLeftCheckpoints());
      const searches = history.list().length + damaged.length;
      const withoutWeights = workbench.storage.searchesWithoutWeights();
      if (options.deep || options.heal) {
        const { problems, healed } = deepCheck(workbench, options.heal === true);
        return { directory, searches, withoutWeights, problems, healed: [...removed, ...healed] };
      }
      const problems: Problem[] = [
        ...history.quickCheck().map((message) => ({ message })),
        ...damaged.map(({ id, problem }) => ({
          message: `the search ${id} is damaged: ${problem}`,
          hint: 'Run "ticket doctor --deep" to see whether it can be healed.',
        })),
      ];
      return { directory, searches, withoutWeights, problems, healed: removed };
    } finally {
      workbench.close();
    }
  } catch (error) {
    return { directory, searches: 0, withoutWeights: 0, problems: [reportOf(error)], healed: [] };
  }
}

/** Missing weights that were dropped are no damage. */
function describeDropped(searches: number): string[] {
  if (searches === 0) return [];
  const whose = searches === 1 ? '1 search' : `${searches} searches`;
  return [`Weights      of ${whose} were dropped to save space; masks and measurements are kept`];
}

/** What killed processes left. */
function removedCheckpoints(count: number): readonly string[] {
  if (count === 0) return [];
  const what = count === 1 ? '1 checkpoint' : `${count} checkpoints`;
  return [`removed ${what} that no training needs any more`];
}

function deepCheck({ history }: Workbench, heals: boolean) {
  const found = history.deepCheck(heals);
  return {
    problems: found
      .filter(({ isHealed }) => !isHealed)
      .map(({ message, source }): Problem => ({
        message,
        hint:
          source === undefined
            ? NOT_HEALED
            : `Run "ticket doctor --heal" to heal it from ${source}.`,
      })),
    healed: found
      .filter(({ isHealed }) => isHealed)
      .map(({ message, source = '' }) => `${message}; healed from ${source}`),
  };
}

const NOT_HEALED =
  'No backup in the folder "backups" has it. Copy one there and try again, or delete the search with "ticket delete --for-good" and run it again.';

function describe(facts: Facts, sparseEngine: NativeStatus, store: StoreFacts): string {
  const { node, tensorflow, isTensorFlowDamaged, compiler, cache, problems } = facts;
  const gigabytes = (bytes: number | null): string =>
    bytes === null ? 'unknown' : `${(bytes / 1e9).toFixed(1)} GB`;
  const lines = [
    `Node         ${node.running} (needs ${node.minimum}); programs run on ${node.chosen ? `${node.chosen.version}, ${node.chosen.path}` : 'none'}`,
    tensorflow
      ? `TensorFlow   ${tensorflow.version}, ${tensorflow.route} route; ${tensorflow.isIntact ? 'checksums match' : 'damaged'}, ${tensorflow.loads ? 'loads and computes' : 'does not load'}\n             ${tensorflow.directory}`
      : isTensorFlowDamaged
        ? 'TensorFlow   damaged; the next search will set it up again'
        : 'TensorFlow   not set up yet; the first search will do it',
    `Sparse engine ${sparseEngine.width === null ? 'WebAssembly' : `native ${sparseEngine.width}`}: ${sparseEngine.reason}`,
    `C++ compiler ${compiler ?? 'not found'}`,
    `Cache        ${cache.directory}, ${gigabytes(cache.freeBytes)} free${cache.neededBytes === null ? '' : ` (setup needs ${gigabytes(cache.neededBytes)})`}`,
    `Searches     ${store.searches} in ${store.directory}`,
    ...describeDropped(store.withoutWeights),
  ];
  const all: readonly Problem[] = [...problems, ...store.problems];
  const healed = store.healed.map((message) => `✓ ${message}`);
  if (all.length === 0) return [...lines, '', ...healed, 'No problems found.'].join('\n');
  return [
    ...lines,
    '',
    ...healed,
    ...all.flatMap(({ message, hint }) => [`✗ ${message}`, ...(hint ? [`  ${hint}`] : [])]),
  ].join('\n');
}
