import {
  consumersOf,
  INPUT,
  type ModelGraph,
  type ModelNode,
} from '../../../shared/ticket/model-graph.ts';

/**
 * A forward pass as lines of Python, `x = …`, one for each node. An output that the next line alone reads
 * is `x`; others have variables of their own. The last line is `return …`.
 *
 * @param expressionOf the right side, from the variables of the node's inputs.
 */
export function forwardSteps(
  graph: ModelGraph,
  modules: ReadonlyMap<string, string>,
  expressionOf: (node: ModelNode, read: readonly string[]) => string,
): string[] {
  const variables = new Map([[INPUT, 'x']]);
  const steps: string[] = [];
  // A shortcut may read the examples themselves.
  if (consumersOf(graph, INPUT).length > 1) {
    variables.set(INPUT, 'examples');
    steps.push('examples = x');
  }
  graph.nodes.forEach((node, index) => {
    const read = node.inputs.map((name) => variables.get(name)!);
    const variable = isReadNextOnly(graph, node, index) ? 'x' : `after_${modules.get(node.name)!}`;
    variables.set(node.name, variable);
    steps.push(`${variable} = ${expressionOf(node, read)}`);
  });
  return [...steps, `return ${variables.get(graph.output)!}`];
}

/** Whether only the next step reads the output, so that its variable can be reused. */
function isReadNextOnly(graph: ModelGraph, node: ModelNode, index: number): boolean {
  if (node.name === graph.output) return index === graph.nodes.length - 1;
  const readers = consumersOf(graph, node.name);
  return readers.length === 1 && readers[0] === graph.nodes[index + 1];
}
