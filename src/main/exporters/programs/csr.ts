import { countKept } from '../../../shared/domain/mask.ts';
import { NO_HPARAMS } from '../exporter.ts';
import { bytesOf, npzArchive, npzBytes } from '../npz.ts';
import type { Tensor } from '../tensors.ts';
import {
  channelsFirst,
  type ChannelsFirstTensor,
  weightsOf,
} from '../../../shared/ticket/channels-first.ts';
import { markdownTable, modelFacts, modelTable, modelTitle } from './describe-model.ts';
import {
  type ExportedNetwork,
  jsonFile,
  type Program,
  type ProgramFile,
  textFile,
} from './program.ts';
import { moduleNames } from '../../../shared/ticket/module-names.ts';

/** @see https://docs.scipy.org/doc/scipy/reference/generated/scipy.sparse.load_npz.html */
export const csr: Program<'network'> = {
  id: 'csr',
  label: 'SciPy sparse matrices',
  description:
    'A folder with a compressed sparse row matrix for each layer, for scipy.sparse.load_npz, after and before training.',
  hparams: NO_HPARAMS,
  needs: 'network',
  single: undefined,
  // A network has its own layers.
  leftovers: /^(trained|ticket)\/[^/]+\.npz$/,
  files(model) {
    const { tensors } = channelsFirst(model.graph, model.layout);
    const prunable = tensors.filter(({ parameter }) => parameter.prunable);
    const patterns = prunable.map((tensor) => patternOf(tensor, model));
    const weights = [
      ['trained', model.finalWeights],
      ['ticket', model.startWeights],
    ] as const;
    return [
      ...weights.flatMap(([folder, all]) => [
        ...prunable.map((tensor, index) => ({
          path: `${folder}/${tensor.module}.npz`,
          bytes: matrixBytes(patterns[index]!, weightsOf(tensor, all)),
        })),
        parametersFile(`${folder}/parameters.npz`, tensors, all),
      ]),
      jsonFile('config.json', {
        ...modelFacts(model),
        kernel_shapes: Object.fromEntries(prunable.map(({ module, shape }) => [module, shape])),
      }),
      textFile('README.md', readme(model)),
    ];
  },
};

/** Where a matrix `[outputs, the rest]` has entries: for every weight that the mask keeps, also where it is 0. */
interface Pattern {
  readonly rows: number;
  readonly columns: number;
  /** `[rows × columns]`, row by row: 1 where there is an entry. */
  readonly kept: Uint8Array;
  /** `[rows + 1]`: how many entries come before each row. */
  readonly starts: Int32Array;
  /** `[entries]`: the column of each. */
  readonly indices: Int32Array;
}

function patternOf(tensor: ChannelsFirstTensor, { mask }: ExportedNetwork): Pattern {
  const { maskOffset, size } = tensor.parameter;
  const kept = tensor.arrange(mask.subarray(maskOffset, maskOffset + size));
  const rows = tensor.shape[0]!;
  const columns = size / rows;
  const starts = new Int32Array(rows + 1);
  for (let row = 0; row < rows; row += 1) {
    starts[row + 1] = starts[row]! + countKept(kept.subarray(row * columns, (row + 1) * columns));
  }
  const indices = new Int32Array(starts[rows]!);
  let entry = 0;
  for (let index = 0; index < size; index += 1) {
    if (kept[index] === 1) {
      indices[entry] = index % columns;
      entry += 1;
    }
  }
  return { rows, columns, kept, starts, indices };
}

/** @param values `[rows × columns]`, row by row. */
function matrixBytes(
  { rows, columns, kept, starts, indices }: Pattern,
  values: Float32Array,
): Uint8Array {
  const entries = indices.length;
  const data = new Float32Array(entries);
  let entry = 0;
  for (let index = 0; index < values.length; index += 1) {
    if (kept[index] === 1) {
      data[entry] = values[index]!;
      entry += 1;
    }
  }
  return npzArchive([
    { name: 'format', type: '|S3', shape: [], bytes: new TextEncoder().encode('csr') },
    { name: '_is_array', type: '|b1', shape: [], bytes: Uint8Array.of(1) },
    { name: 'shape', type: '<i4', shape: [2], bytes: bytesOf(Int32Array.of(rows, columns)) },
    { name: 'data', type: '<f4', shape: [entries], bytes: bytesOf(data) },
    { name: 'indices', type: '<i4', shape: [entries], bytes: bytesOf(indices) },
    { name: 'indptr', type: '<i4', shape: [rows + 1], bytes: bytesOf(starts) },
  ]);
}

/** Biases and normalisations, which are not pruned. */
function parametersFile(
  path: string,
  tensors: readonly ChannelsFirstTensor[],
  all: Float32Array,
): ProgramFile {
  const dense = tensors.flatMap((tensor): Tensor[] =>
    tensor.parameter.prunable
      ? []
      : [{ name: tensor.name, shape: tensor.shape, values: weightsOf(tensor, all) }],
  );
  return { path, bytes: npzBytes({ tensors: dense, metadata: { producer: 'ticket-workbench' } }) };
}

function readme(model: ExportedNetwork): string {
  const names = moduleNames(model.graph);
  const last = model.graph.nodes.findLast(({ op }) => op === 'dense');
  const module = last ? names.get(last.name)! : 'output';
  return `# ${modelTitle(model)}

Written by Ticket Workbench for SciPy.

    weight = scipy.sparse.load_npz('trained/${module}.npz')   # [outputs, inputs]
    bias = numpy.load('trained/parameters.npz')['${module}.bias']
    outputs = x @ weight.T + bias

${markdownTable(modelTable(model))}

- \`trained/\`: a matrix for each layer, ${model.isTrained ? 'after training' : 'weights, which were not trained'}; \`parameters.npz\` holds biases and normalisations
- \`ticket/\`: the same ${model.isTrained ? 'before training' : 'whole'}: ${model.start}
- \`config.json\`: what the network is, how its input is normalised, and the shapes of its kernels

Matrices are \`[outputs, inputs]\`; those of convolutions \`[outputs, inputs · height · width]\`, to be reshaped as \`kernel_shapes\` says. A layer behind a flattened image has its inputs in the order channel, row, column. Every weight that the mask keeps has an entry, also where its value is 0.
`;
}
