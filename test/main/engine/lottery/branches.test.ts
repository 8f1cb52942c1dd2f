import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import { initializers } from '../../../../src/main/engine/initializers/index.ts';
import { initialize } from '../../../../src/main/engine/initializers/initializer.ts';
import {
  type BranchContext,
  defineBranch,
} from '../../../../src/main/engine/lottery/branches/branch.ts';
import {
  branchChoice,
  branches,
  keepsDensity,
} from '../../../../src/main/engine/lottery/branches/index.ts';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import type { NetworkSpec } from '../../../../src/main/engine/layers/spec.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { Sensitivity } from '../../../../src/main/engine/pruning/sensitivity/sensitivity.ts';
import { countKept, countKeptBySegment } from '../../../../src/shared/domain/mask.ts';
import { rng } from '../../../../src/shared/rng.ts';
import { applyMask, syntheticDataset } from '../../../fixtures/pytorch/fixture.ts';

const shape = [8, 8, 3];
const networkOf = (id: string, width: number): NetworkSpec =>
  architectures.get(id).build({ id, width }, shape, 10);

function contextOf(network: NetworkSpec, density = 0.3): BranchContext {
  const layout = layoutOf(network);
  const fill = initializers.get('he-normal').create({ id: 'he-normal' });
  const draw = (key: string) => initialize(layout, fill, rng(key));
  const random = rng('mask');
  return {
    network,
    layout,
    mask: Uint8Array.from({ length: layout.prunableCount }, () =>
      random.uniform() < density ? 1 : 0,
    ),
    rewindPoint: draw('rewind point'),
    initial: draw('initial'),
    trained: draw('trained'),
    initialize: (own) => initialize(layout, fill, own),
    fill,
    random: rng('branch'),
  };
}

const context = contextOf(networkOf('conv-2', 0.1));
const { layout, mask, rewindPoint } = context;
const prepare = (id: string, from = context) => branches.get(id).prepare(from, { id });

describe('branches', () => {
  it('random-mask has the layer densities of the ticket, and nothing else of it', () => {
    const { mask: drawn, weights } = prepare('random-mask');
    expect(countKeptBySegment(drawn, layout.prunable)).toEqual(
      countKeptBySegment(mask, layout.prunable),
    );
    expect(drawn).not.toEqual(mask);
    expect(weights).not.toEqual(rewindPoint);
  });

  it.each(['random-mask', 'shuffled-mask'])('%s keeps every weight as often as another', (id) => {
    const [{ maskOffset, size }] = layout.prunable as [(typeof layout.prunable)[number]];
    const draws = 400;
    const kept = new Float64Array(size);
    for (let draw = 0; draw < draws; draw += 1) {
      const { mask: drawn } = prepare(id, { ...context, random: rng('draw', draw) });
      for (let index = 0; index < size; index += 1) kept[index]! += drawn[maskOffset + index]!;
    }
    const density = countKept(mask.subarray(maskOffset, maskOffset + size)) / size;
    // Five standard deviations.
    const most = 5 * Math.sqrt((density * (1 - density)) / draws);
    for (const count of kept) expect(Math.abs(count / draws - density)).toBeLessThan(most);
  });

  it('inverted-mask keeps exactly what the ticket prunes', () => {
    const { mask: inverted, weights } = prepare('inverted-mask');
    expect(inverted).toEqual(mask.map((kept) => 1 - kept));
    expect(weights).toEqual(rewindPoint);
  });

  it('inverted-mask leaves a layer that is not pruned as it is', () => {
    const whole = mask.slice();
    const [{ maskOffset, size }] = layout.prunable as [(typeof layout.prunable)[number]];
    whole.fill(1, maskOffset, maskOffset + size);
    const { mask: inverted } = prepare('inverted-mask', { ...context, mask: whole });
    expect(countKept(inverted.subarray(maskOffset, maskOffset + size))).toBe(size);
  });

  it('sign-only keeps signs, with the deviation of the layer’s initial weights as magnitude', () => {
    const { weights } = prepare('sign-only');
    for (const { offset, size, fanIn } of layout.prunable) {
      const magnitude = Math.abs(weights[offset]!);
      for (let index = offset; index < offset + size; index += 1) {
        expect(weights[index]).toBe(Math.sign(rewindPoint[index]!) * magnitude);
      }
      // He: 2 / fan-in, estimated from `size` weights.
      expect(Math.abs(magnitude / Math.sqrt(2 / fanIn) - 1)).toBeLessThan(3 / Math.sqrt(size));
    }
  });

  it('fine-tune starts from the trained weights, and needs them', () => {
    expect(prepare('fine-tune').weights).toBe(context.trained);
    expect(() => prepare('fine-tune', { ...context, trained: undefined })).toThrow();
  });

  it('prepare with their own settings, as the search has them', () => {
    const scaled = defineBranch({
      id: 'scaled',
      label: 'Scaled',
      description: 'The ticket with larger weights.',
      hparams: z.object({ factor: z.number().default(2), optimizer: z.object({}).optional() }),
      keepsDensity: true,
      isTrained: true,
      prepare: (given, { factor }) => ({
        weights: given.rewindPoint.map((weight) => factor * weight),
        mask: given.mask,
      }),
    });
    const settings = {
      branches: ['scaled', { id: 'scaled', factor: 3, optimizer: { id: 'sgd' } }],
    };
    for (const [name, factor] of [
      ['scaled', 2],
      ['scaled-sgd', 3],
    ] as const) {
      const { weights } = scaled.prepare(context, branchChoice(settings, name));
      expect(weights[0]).toBe(Math.fround(factor * rewindPoint[0]!));
    }
  });

  it('say whether they keep the density of the ticket', () => {
    const settings = { branches: ['small-dense', { id: 'transfer', optimizer: { id: 'sgd' } }] };
    const keeps = keepsDensity(settings);
    expect(['ticket', 'shuffled-mask', 'supermask'].map(keeps)).toEqual([true, true, true]);
    const others = ['small-dense', 'inverted-mask', 'transfer-sgd', 'from-a-plug-in'];
    expect(others.map(keeps)).toEqual([false, false, false, false]);
  });

  it.each(['supermask', 'other-data-order'])('%s is the ticket itself', (id) => {
    expect(prepare(id)).toEqual({ weights: rewindPoint, mask });
  });
});

describe('small-dense', () => {
  it.each([
    ['mlp', 1],
    ['conv-4', 0.2],
    ['resnet-20', 0.5],
    ['conv-6', 0.1],
  ])('has as many weights as the ticket of %s, to the nearest unit', (id, width) => {
    const own = contextOf(
      id === 'mlp'
        ? architectures.get(id).build({ id, widths: [40, 20] }, shape, 10)
        : networkOf(id, width),
    );
    const wanted = countKept(own.mask);
    const kept = countKept(prepare('small-dense', own).mask);
    expect(Math.abs(kept - wanted) / wanted).toBeLessThan(0.15);
  });

  it.each([
    ['mlp', [40, 20]],
    ['conv-2', undefined],
  ])('is in every way a network of narrower layers: %s', (id, widths) => {
    const narrowed = 0.5;
    const build = (width: number) =>
      architectures.get(id).build(widths ? { id, widths, width } : { id, width }, shape, 10);
    const [full, narrow] = [build(0.25), build(0.25 * narrowed)];
    const own = contextOf(full);
    const wanted = layoutOf(narrow).prunableCount;
    const size = own.layout.prunableCount;
    const target = Uint8Array.from({ length: size }, (_, index) => (index < wanted ? 1 : 0));
    const block = prepare('small-dense', { ...own, mask: target });
    expect(countKept(block.mask)).toBe(wanted);

    // The same weights in the narrow network give the same loss gradients.
    const small = layoutOf(narrow);
    const weights = new Float32Array(small.parameterCount);
    for (const [index, { offset, size: length }] of small.prunable.entries()) {
      const from = own.layout.prunable[index]!;
      let next = offset;
      for (let at = 0; at < from.size; at += 1) {
        if (block.mask[from.maskOffset + at] === 0) continue;
        weights[next] = block.weights[from.offset + at]!;
        next += 1;
      }
      expect(next - offset).toBe(length);
    }
    const dataset = syntheticDataset(shape, 20);
    const examples = Int32Array.from({ length: 20 }, (_, index) => index);
    const normOf = (network: NetworkSpec, values: Float32Array, kept?: Uint8Array): number => {
      const gradient = new Sensitivity(new Kernels(), network, dataset, examples).lossGradient({
        weights: values,
        examples,
      });
      const place = layoutOf(network).prunable.at(-1)!;
      const own_ = gradient.subarray(place.offset, place.offset + place.size);
      return own_.reduce(
        (sum, each, index) => sum + (kept?.[place.maskOffset + index] === 0 ? 0 : each ** 2),
        0,
      );
    };
    const inFull = normOf(full, applyMask(own.layout, block.weights, block.mask), block.mask);
    expect(normOf(narrow, weights)).toBeCloseTo(inFull, 10);
  });
});
