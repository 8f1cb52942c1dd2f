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
  type ExportedModel,
  jsonFile,
  type Program,
  type ProgramFile,
  textFile,
} from './program.ts';

/** @see https://docs.scipy.org/doc/scipy/reference/generated/scipy.sparse.load_npz.html */
export const csr: Program<'model'> = {
  id: 'csr',
  label: 'SciPy sparse matrices',
  description:
    'A folder with a compressed sparse row matrix for each layer, for scipy.sparse.load_npz, after and before training.',
  hparams: NO_HPARAMS,
  needs: 'model',
  single: undefined,
  files(model) {
    const { tensors } = channelsFirst(model.graph, model.layout);
    const weights = [
      ['trained', model.finalWeights],
      ['ticket', model.startWeights],
    ] as const;
    return [
      ...weights.flatMap(([folder, all]) => [
        ...tensors
          .filter(({ parameter }) => parameter.prunable)
          .map((tensor) => matrixFile(`${folder}/${tensor.module}.npz`, tensor, all, model)),
        parametersFile(`${folder}/parameters.npz`, tensors, all),
      ]),
      jsonFile('config.json', {
        ...modelFacts(model),
        kernel_shapes: Object.fromEntries(
          tensors
            .filter(({ parameter }) => parameter.prunable)
            .map(({ module, shape }) => [module, shape]),
        ),
      }),
      textFile('README.md', readme(model)),
    ];
  },
};

/** `[outputs, the rest]`, with an entry for every weight that the mask keeps, also where it is 0. */
function matrixFile(
  path: string,
  tensor: ChannelsFirstTensor,
  all: Float32Array,
  { mask }: ExportedModel,
): ProgramFile {
  const { maskOffset, size } = tensor.parameter;
  const kept = tensor.arrange(mask.subarray(maskOffset, maskOffset + size));
  const values = weightsOf(tensor, all);
  const rows = tensor.shape[0]!;
  const columns = size / rows;
  const starts = new Int32Array(rows + 1);
  const indices: number[] = [];
  const data: number[] = [];
  for (let index = 0; index < size; index += 1) {
    if (kept[index] === 1) {
      indices.push(index % columns);
      data.push(values[index]!);
    }
    if (index % columns === columns - 1) starts[(index + 1) / columns] = data.length;
  }
  const bytes = npzArchive([
    { name: 'format', type: '|S3', shape: [], bytes: new TextEncoder().encode('csr') },
    { name: '_is_array', type: '|b1', shape: [], bytes: Uint8Array.of(1) },
    { name: 'shape', type: '<i4', shape: [2], bytes: bytesOf(Int32Array.of(rows, columns)) },
    { name: 'data', type: '<f4', shape: [data.length], bytes: bytesOf(Float32Array.from(data)) },
    {
      name: 'indices',
      type: '<i4',
      shape: [indices.length],
      bytes: bytesOf(Int32Array.from(indices)),
    },
    { name: 'indptr', type: '<i4', shape: [rows + 1], bytes: bytesOf(starts) },
  ]);
  return { path, bytes };
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

function readme(model: ExportedModel): string {
  return `# ${modelTitle(model)}

Written by Ticket Workbench for SciPy.

    weight = scipy.sparse.load_npz('trained/output.npz')   # [outputs, inputs]
    bias = numpy.load('trained/parameters.npz')['output.bias']
    logits = x @ weight.T + bias

${markdownTable(modelTable(model))}

- \`trained/\`: a matrix for each layer, after training; \`parameters.npz\` holds biases and normalisations
- \`ticket/\`: the same before training: ${model.start}
- \`config.json\`: what the network is, how its input is normalised, and the shapes of its kernels

Matrices are \`[outputs, inputs]\`; those of convolutions \`[outputs, inputs · height · width]\`, to be reshaped as \`kernel_shapes\` says. A layer behind a flattened image has its inputs in the order channel, row, column. Every weight that the mask keeps has an entry, also where its value is 0.
`;
}
