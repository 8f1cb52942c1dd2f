import { z } from 'zod';
import { SettingsError, WorkbenchError } from '../../../shared/contract/errors.ts';
import { defineArchitecture } from './architecture.ts';
import { scaled, width } from './hparams.ts';
import { NetworkBuilder } from './network-builder.ts';
import { addResidualBlock, shortcut } from './residual-block.ts';

const channels = z.int().min(1).max(65_536);
const windowSize = z.int().min(1).max(64);
const stride = z.int().min(1).max(64);
const padding = z.enum(['same', 'valid']);

const pool = <Kind extends string>(kind: Kind, title: string) =>
  z
    .strictObject({
      kind: z.literal(kind),
      size: windowSize.default(2).meta({ title: 'Window' }),
      stride: stride.default(2).meta({ title: 'Stride' }),
      padding: padding.default('valid').meta({ title: 'Padding' }),
    })
    .meta({ title });

const plain = <Kind extends string>(kind: Kind, title: string) =>
  z.strictObject({ kind: z.literal(kind) }).meta({ title });

/** One layer as a user writes it: what it reads follows from the layer in front of it. */
const layerSchema = z.discriminatedUnion('kind', [
  z
    .strictObject({ kind: z.literal('dense'), units: channels.meta({ title: 'Units' }) })
    .meta({ title: 'Dense' }),
  z
    .strictObject({
      kind: z.literal('conv2d'),
      channels: channels.meta({ title: 'Channels' }),
      kernelSize: windowSize.default(3).meta({ title: 'Kernel' }),
      stride: stride.default(1).meta({ title: 'Stride' }),
      padding: padding.default('same').meta({ title: 'Padding' }),
      bias: z.boolean().default(true).meta({ title: 'Bias' }),
    })
    .meta({ title: 'Convolution' }),
  z
    .strictObject({
      kind: z.literal('residual'),
      channels: channels.meta({ title: 'Channels' }),
      stride: stride.default(1).meta({ title: 'Stride' }),
      shortcut,
    })
    .meta({ title: 'Residual block' }),
  pool('max-pool', 'Max pooling'),
  pool('average-pool', 'Average pooling'),
  plain('global-average-pool', 'Global average pooling'),
  plain('batch-norm', 'Batch normalisation'),
  plain('relu', 'ReLU'),
  plain('flatten', 'Flatten'),
  z
    .strictObject({
      kind: z.literal('dropout'),
      rate: z.number().min(0).lt(1).default(0.5).meta({ title: 'Rate' }),
    })
    .meta({ title: 'Dropout' }),
]);

export type CustomLayer = z.infer<typeof layerSchema>;

const DEFAULT_LAYERS: readonly z.input<typeof layerSchema>[] = [
  { kind: 'conv2d', channels: 16 },
  { kind: 'relu' },
  { kind: 'max-pool' },
  { kind: 'flatten' },
  { kind: 'dense', units: 64 },
  { kind: 'relu' },
];

/**
 * A list of layers in JSON. They are named by kind and number, `conv2d1`, `batch-norm1`, `conv2d2`,
 * and followed by the dense layer `output` with one unit a class.
 */
export const custom = defineArchitecture({
  id: 'custom',
  label: 'Custom',
  description: 'Any list of layers; the output layer, one unit a class, is added behind them.',
  hparams: z.object({
    layers: z.array(layerSchema).max(256).default(z.array(layerSchema).parse(DEFAULT_LAYERS)).meta({
      title: 'Layers',
      description: 'From the input on, without the output layer; the last must end flat.',
    }),
    width,
  }),
  build(hparams, inputShape, classes) {
    const network = new NetworkBuilder(inputShape);
    const counts = new Map<string, number>();
    for (const [index, layer] of hparams.layers.entries()) {
      const number = (counts.get(layer.kind) ?? 0) + 1;
      counts.set(layer.kind, number);
      blamedOn(`architecture.layers.${index}`, () => {
        addLayer(network, `${layer.kind}${number}`, layer, hparams.width);
      });
    }
    return blamedOn('architecture.layers', () => network.dense('output', classes).build(classes));
  },
});

/** What does not fit is a problem of the setting that it was written in, where a form shows it. */
function blamedOn<Value>(path: string, build: () => Value): Value {
  try {
    return build();
  } catch (error) {
    if (!(error instanceof WorkbenchError) || error.code !== 'invalid-settings') throw error;
    const { message, hint } = error;
    throw new SettingsError([{ path, message }], hint);
  }
}

function addLayer(network: NetworkBuilder, name: string, layer: CustomLayer, factor: number): void {
  switch (layer.kind) {
    case 'dense':
      network.dense(name, scaled(layer.units, factor));
      return;
    case 'conv2d': {
      const { kernelSize, bias: hasBias } = layer;
      network.conv2d(name, scaled(layer.channels, factor), {
        kernelSize,
        stride: layer.stride,
        padding: layer.padding,
        hasBias,
      });
      return;
    }
    case 'residual':
      addResidualBlock(network, name, { ...layer, channels: scaled(layer.channels, factor) });
      return;
    case 'batch-norm':
      network.batchNorm(name);
      return;
    case 'max-pool':
    case 'average-pool':
    case 'dropout':
    case 'global-average-pool':
    case 'relu':
    case 'flatten':
      network.add({ ...layer, name });
  }
}
