import { z } from 'zod';
import { SettingsError, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { LayerForm } from '../layers/form.ts';
import { layerForms } from '../layers/kinds/index.ts';
import { defineArchitecture } from './architecture.ts';
import { scaled, width } from './hparams.ts';
import { NetworkBuilder } from './network-builder.ts';

/** An entry of the list as a user writes it. Its input shape follows from the previous entry. */
const layerSchema = z.discriminatedUnion('kind', entrySchemas());

function entrySchemas() {
  const [first, ...rest] = [...layerForms].map(([kind, { title, settings }]) =>
    z.strictObject({ kind: z.literal(kind), ...settings.shape }).meta({ title }),
  );
  if (!first) throw new Error('no kind of layer has a form');
  return [first, ...rest] as const;
}

const DEFAULT_LAYERS = [
  { kind: 'conv2d', channels: 16 },
  { kind: 'relu' },
  { kind: 'max-pool' },
  { kind: 'flatten' },
  { kind: 'dense', units: 64 },
  { kind: 'relu' },
];

/**
 * A list of layers in JSON. They are named by kind and number: `conv2d1`, `batch-norm1`, `conv2d2`.
 * The dense layer `output`, with one unit per class, follows.
 */
export const custom = defineArchitecture({
  id: 'custom',
  label: 'Custom',
  description: 'Any list of layers. An output layer with one unit per class is appended.',
  hparams: z.object({
    layers: z.array(layerSchema).max(256).default(z.array(layerSchema).parse(DEFAULT_LAYERS)).meta({
      title: 'Layers',
      description:
        'In order from the input, without the output layer. The last layer’s output must be flat.',
    }),
    width,
  }),
  build(hparams, inputShape, classes) {
    const network = new NetworkBuilder(inputShape);
    const counts = new Map<string, number>();
    for (const [index, entry] of hparams.layers.entries()) {
      const number = (counts.get(entry.kind) ?? 0) + 1;
      counts.set(entry.kind, number);
      const place = {
        name: `${entry.kind}${number}`,
        inputShape: network.shape,
        scaled: (units: number) => scaled(units, hparams.width),
      };
      const layers = formOf(entry.kind).layers(entry, place);
      blamedOn(`architecture.layers.${index}`, () => network.add(...layers));
    }
    return blamedOn('architecture.layers', () => network.dense('output', classes).build(classes));
  },
});

function formOf(kind: string): LayerForm {
  const form = layerForms.get(kind);
  if (form === undefined) throw new Error(`the kind of layer "${kind}" has no form`);
  return form;
}

/**
 * Reports a shape that does not fit as a problem of the setting at `path`, where a form shows it.
 */
function blamedOn<Value>(path: string, build: () => Value): Value {
  try {
    return build();
  } catch (error) {
    if (!(error instanceof WorkbenchError) || error.code !== 'invalid-settings') throw error;
    const { message, hint } = error;
    throw new SettingsError([{ path, message }], hint);
  }
}
