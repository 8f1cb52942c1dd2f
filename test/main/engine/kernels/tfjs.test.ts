import { createRequire } from 'node:module';
import { afterEach, describe, expect, it } from 'vitest';
import { loadTfjs, restoreUtilFunctions } from '../../../../src/main/engine/kernels/tfjs.ts';

const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
const NAMES = ['isNullOrUndefined', 'isArray'];
const original = NAMES.map((name) => util[name]);

afterEach(() => {
  for (const [index, name] of NAMES.entries()) util[name] = original[index];
});

describe('restoreUtilFunctions', () => {
  it('puts back what newer versions of Node removed', () => {
    for (const name of NAMES) delete util[name];
    restoreUtilFunctions();
    const [isNullOrUndefined, isArray] = NAMES.map(
      (name) => util[name] as (value: unknown) => boolean,
    );
    expect([null, undefined, 0, ''].map(isNullOrUndefined!)).toEqual([true, true, false, false]);
    expect([[], {}, 'a'].map(isArray!)).toEqual([true, false, false]);
  });

  it('leaves what is there', () => {
    const own = () => true;
    util['isArray'] = own;
    restoreUtilFunctions();
    expect(util['isArray']).toBe(own);
  });
});

describe('loadTfjs', () => {
  it('gives a tfjs-node that trains with model.fit on this version of Node', async () => {
    for (const name of NAMES) delete util[name];
    const tf = loadTfjs();
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 1, inputShape: [2], kernelInitializer: 'zeros' })],
    });
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    const inputs = tf.tensor2d([
      [0, 1],
      [1, 0],
    ]);
    const outputs = tf.tensor2d([[1], [2]]);
    // tfjs does not export the enum that this 0 (silent) is of.
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment
    const { history } = await model.fit(inputs, outputs, { epochs: 3, batchSize: 2, verbose: 0 });
    const [first, , last] = history['loss'] as number[];
    expect(last).toBeLessThan(first!);
    tf.dispose([inputs, outputs]);
    model.dispose();
  });
});
