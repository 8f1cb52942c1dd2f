import { amount } from '../../../../shared/amount.ts';
import { Command, InvalidArgumentError } from 'commander';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import { isPlainObject } from '../../../../shared/contract/json.ts';
import type { BranchEntry } from '../../../../shared/domain/branch.ts';
import { describeExtension, type ExtensionRequest } from '../../../../shared/domain/extension.ts';
import type { SearchRecord } from '../../../../shared/domain/search.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { dataDirOption, workersOption } from '../options.ts';
import type { Output } from '../output.ts';
import { runInTerminal, type RunOptions } from '../run-in-terminal.ts';
import { describeEstimate } from '../search-report.ts';
import { plainLine } from '../plain-text.ts';

interface ExtendOptions extends RunOptions {
  readonly replicates?: string;
  readonly levels?: string;
  readonly density: readonly number[];
  readonly branch: readonly BranchEntry[];
  readonly iterations?: string;
  readonly dryRun?: true;
  readonly dataDir?: string;
}

export function extendCommand(output: Output): Command {
  return new Command('extend')
    .description(
      'Add replicates, levels or branches to a search. What it has trained is kept; the result is that of a search that had them from the start.',
    )
    .argument('<id>', 'id of the search, or its beginning')
    .option('--replicates <n>', '+3 for three more, 8 for eight in all')
    .option('--levels <n>', '+2 for two more, 10 for ten in all')
    .option(
      '--density <fraction>',
      'one more level at this density, where the settings list densities; repeatable',
      (text: string, earlier: readonly number[]) => [...earlier, fraction(text)],
      [],
    )
    .option(
      '--branch <id>',
      'one more branch: its id, or JSON with its settings; repeatable',
      (text: string, earlier: readonly BranchEntry[]) => [...earlier, branchFrom(text)],
      [],
    )
    .option('--iterations <n>', 'longer trainings; says why these need a new search')
    .option('--dry-run', 'show what would be trained, and change nothing')
    .addOption(dataDirOption())
    .addOption(workersOption())
    .option('--json', 'print events as JSON lines; the last one is the result')
    .option('--quiet', 'print only the result')
    .action(async (id: string, options: ExtendOptions) => {
      const workbench = Workbench.open(options.dataDir);
      try {
        const search = workbench.history.get(id);
        checkIterations(search, options.iterations);
        const request = requestOf(search, options);
        const preview = await workbench.planner.previewExtension(
          search.id,
          request,
          options.workers,
        );
        const { added, trainings, estimate } = preview;
        const note = (line: string): void => {
          if (options.dryRun) output.result(line);
          else output.note(line);
        };
        if (options.dryRun || !options.quiet) {
          note(
            `${plainLine(search.name)} (${search.id}): ${describeExtension(added)}; ${amount(trainings, 'training')}`,
          );
          if (estimate) note(describeEstimate(estimate));
        }
        if (options.dryRun) return;
        await workbench.planner.extend(search.id, request);
        await runInTerminal(workbench, search.id, options, output);
      } finally {
        workbench.close();
      }
    });
}

function requestOf(
  { settings }: SearchRecord,
  { replicates, levels, density, branch }: ExtendOptions,
): ExtensionRequest {
  return {
    ...(replicates === undefined
      ? {}
      : { replicates: growthFrom('--replicates', replicates, settings.replicates.count) }),
    ...(levels === undefined
      ? {}
      : { levels: growthFrom('--levels', levels, settings.pruning.levels) }),
    densities: density,
    branches: branch,
  };
}

/** How many are added: `+3` says so, `8` is their number in all. */
function growthFrom(option: string, text: string, present: number): number {
  const isMore = text.startsWith('+');
  const number = Number(isMore ? text.slice(1) : text);
  const added = isMore ? number : number - present;
  if (/^\+?\d+$/.test(text) && added >= 1) return added;
  throw new WorkbenchError(
    'invalid-argument',
    `${option} is "${text}"; expected a number above ${present}, which the search has, or +1, +2, …`,
  );
}

/**
 * The masks of a search follow from weights at the end of its trainings. Longer trainings lead to
 * other masks, so nothing but the beginning of the dense network would be kept.
 */
function checkIterations({ id, settings }: SearchRecord, iterations: string | undefined): void {
  if (iterations === undefined) return;
  throw new WorkbenchError(
    'invalid-argument',
    `--iterations is ${iterations}: the search ${id} has kept no checkpoint of its trainings of ${settings.training.iterations} iterations from which they could go on`,
    `Start a new search with longer trainings: ticket search --like ${id} --set training.iterations=${iterations}`,
  );
}

function fraction(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value < 1) return value;
  throw new InvalidArgumentError('expected a fraction between 0 and 1');
}

function branchFrom(text: string): BranchEntry {
  if (!text.trimStart().startsWith('{')) return text.trim();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InvalidArgumentError('expected an id, or JSON such as {"id":"transfer", …}');
  }
  if (isPlainObject(value) && typeof value['id'] === 'string') return { ...value, id: value['id'] };
  throw new InvalidArgumentError('expected JSON with an "id"');
}
