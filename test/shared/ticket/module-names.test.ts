import { expect, it } from 'vitest';
import { moduleNames } from '../../../src/shared/ticket/module-names.ts';
import type { ModelGraph, ModelNode } from '../../../src/shared/ticket/model-graph.ts';

function namesOf(...layers: readonly string[]): string[] {
  const nodes = layers.map((name): ModelNode => ({
    op: 'relu',
    name,
    inputs: [],
    inputShape: [1],
    outputShape: [1],
  }));
  const graph: ModelGraph = { nodes, inputShape: [1], classes: 1, output: layers.at(-1)! };
  return [...moduleNames(graph).values()];
}

it('makes identifiers of names', () => {
  expect(namesOf('stage1.block1.conv1', '2nd', 'fc 1')).toEqual([
    'stage1_block1_conv1',
    'layer_2nd',
    'fc_1',
  ]);
});

it('keeps away from words of Python and PyTorch, and from the input and the output', () => {
  for (const word of ['None', 'True', 'lambda', 'forward', 'register_forward_hook', 'input']) {
    expect(namesOf(word)).toEqual([`${word}_2`]);
  }
  expect(namesOf('logits', 'output')).toEqual(['logits_2', 'output']);
});

it('gives names that differ where a file system ignores case', () => {
  expect(namesOf('A', 'a', 'a.b', 'a_b')).toEqual(['A', 'a_2', 'a_b', 'a_b_2']);
});
