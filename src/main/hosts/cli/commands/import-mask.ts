import { Command, Option } from 'commander';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import {
  type TensorReport,
  type Trial,
  trialOf,
  type WeightsReport,
} from '../../../workbench/imports/trial.ts';
import { resolveSettings } from '../../../workbench/settings/settings-input.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { formatPercent } from '../format.ts';
import { dataDirOption, userPath, workersOption } from '../options.ts';
import type { Output } from '../output.ts';
import { provideTensorFlow } from '../provide-tensorflow.ts';
import { readConfig } from '../read-config.ts';
import { runInTerminal, type RunOptions } from '../run-in-terminal.ts';
import { table } from '../table.ts';

interface ImportMaskOptions extends RunOptions {
  readonly architecture?: string;
  readonly dataset?: string;
  readonly preset?: string;
  readonly config?: string;
  readonly set: readonly string[];
  readonly weights: string | boolean;
  readonly search?: true;
  readonly name?: string;
  readonly dataDir?: string;
}

export function importMaskCommand(output: Output): Command {
  return new Command('import-mask')
    .description(
      'Compare the masks and weights of a file with a network, and search with them: someone else’s ticket on trial.',
    )
    .argument(
      '<file>',
      '.npz or .safetensors file with masks, or with weights that are 0 where pruned',
      userPath,
    )
    .option('--architecture <id>', 'the network; that of the preset by default')
    .option('--dataset <id>', 'the dataset; that of the preset by default')
    .option('--preset <name>', 'settings to start from; "quick" unless --config is given')
    .option('--config <file>', 'JSON file with all or some settings', userPath)
    .option(
      '--set <path=value>',
      'a setting, such as architecture.widths=[300,100]; repeatable',
      (assignment: string, earlier: readonly string[]) => [...earlier, assignment],
      [],
    )
    .addOption(
      new Option(
        '--weights <file>',
        'initial weights from this file; by default from the file of the mask, if it says that its weights are from before training',
      ).argParser(userPath),
    )
    .option('--no-weights', 'draw the initial weights')
    .option('--search', 'run a search with the mask as its ticket')
    .option('--name <text>', 'name of the search')
    .addOption(dataDirOption())
    .addOption(workersOption())
    .option('--json', 'print JSON; of a search, events as JSON lines')
    .option('--quiet', 'print only the result of the search')
    .action(async (file: string, options: ImportMaskOptions) => {
      const { architecture, dataset, preset, weights } = options;
      const config = options.config === undefined ? undefined : await readConfig(options.config);
      const chosen = [
        ...(architecture === undefined ? [] : [`architecture.id=${architecture}`]),
        ...(dataset === undefined ? [] : [`dataset.id=${dataset}`]),
      ];
      const given = resolveSettings({ preset, config, assignments: [...chosen, ...options.set] });
      const trial = await trialOf(given, {
        mask: file,
        weights: weights === true ? undefined : weights,
      });
      const { settings, ...reports } = trial;
      if (options.json && !options.search) output.result(JSON.stringify(reports));
      else if (!options.json && !options.quiet) output.result(describe(trial));
      checkFits(trial);
      if (!options.search) return;
      checkChosen(trial);
      const workbench = Workbench.open(options.dataDir);
      try {
        await provideTensorFlow(() => workbench.planner.tensorflowNeeds(settings));
        const search = await workbench.planner.create(settings, options.name ?? 'imported ticket');
        await runInTerminal(workbench, search.id, options, output);
      } finally {
        workbench.close();
      }
    });
}

function describe({ mask, weights }: Trial): string {
  const parts = [
    `Masks of ${mask.file}, which keep ${formatPercent(mask.density, 1)} of the weights`,
    describeTensors(mask),
    ...(weights ? describeWeights(weights) : ['\nInitial weights are drawn.']),
  ];
  return parts.join('\n');
}

function describeWeights(weights: WeightsReport): string[] {
  const { file, origin, isTaken, isPruned } = weights;
  if (!isTaken) {
    return [
      `\nWeights of ${file}`,
      describeTensors(weights),
      origin === 'after training'
        ? 'The file says that they are from after training. Initial weights are drawn, unless --weights names a file.'
        : `The file does not say whether they are from before training: --weights ${file} begins with them, --no-weights draws the initial weights.`,
    ];
  }
  return [
    `\nInitial weights of ${file}`,
    describeTensors(weights),
    ...(origin === 'after training'
      ? [
          'The file says that they are from after training: the search begins with a trained network.',
        ]
      : []),
    ...(isPruned
      ? [
          'They are 0 where the mask prunes: the dense network of the search begins without these weights, too.',
        ]
      : []),
  ];
}

function describeTensors({ matched, mismatches, missing, unused }: TensorReport): string {
  const rows = table(
    [
      { heading: 'parameter', text: ({ parameter }) => parameter },
      { heading: 'tensor', text: ({ tensor }) => tensor },
      { heading: 'shape', text: ({ shape }) => `[${shape.join(', ')}]` },
      { heading: 'layout', text: ({ isTransposed }) => (isTransposed ? 'transposed' : 'as it is') },
      { heading: 'found by', text: ({ isByShape }) => (isByShape ? 'shape' : 'name') },
    ],
    matched,
  );
  return [
    rows,
    ...mismatches.map((mismatch) => `does not fit: ${mismatch}`),
    ...(missing.length > 0 ? [`not in the file, as in every network: ${missing.join(', ')}`] : []),
    ...(unused.length > 0 ? [`not used: ${unused.join(', ')}`] : []),
  ].join('\n');
}

/** @throws WorkbenchError `invalid-settings` if a search would have to guess where its weights come from. */
function checkChosen({ weights }: Trial): void {
  if (!weights || weights.isTaken || weights.origin !== 'not said') return;
  throw new WorkbenchError(
    'invalid-settings',
    `${weights.file} has weights besides masks, and does not say whether they are from before training`,
    `Add --weights ${weights.file} to begin with them, or --no-weights to draw the initial weights.`,
  );
}

/** @throws WorkbenchError `invalid-data` if something does not fit. */
function checkFits({ mask, weights }: Trial): void {
  const mayBeTaken = weights && (weights.isTaken || weights.origin === 'not said');
  const mismatches = [...mask.mismatches, ...(mayBeTaken ? weights.mismatches : [])];
  if (mismatches.length === 0) return;
  throw new WorkbenchError(
    'invalid-data',
    `${mask.file} does not fit the network: ${mismatches.join('; ')}`,
    'Choose the architecture and the dataset that the file was made for, or rename its tensors.',
  );
}
