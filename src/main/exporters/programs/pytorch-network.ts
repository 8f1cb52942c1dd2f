/** A network as a readable `nn.Module`. */
import type { ModelGraph, ModelNode, Sides } from '../../../shared/ticket/model-graph.ts';
import type { ChannelsFirstModel } from '../../../shared/ticket/channels-first.ts';
import { forwardSteps } from './forward-steps.ts';

/** The class `Network`, with its import lines left to the file it is in. */
export function networkClass(graph: ModelGraph, model: ChannelsFirstModel): string {
  const { modules } = model;
  const layers = graph.nodes.flatMap((node) => {
    const module = moduleOf(node);
    return module === undefined ? [] : [`        self.${modules.get(node.name)!} = ${module}`];
  });
  const steps = forwardSteps(graph, modules, (node, read) => expressionOf(node, read, model)).map(
    (step) => `        ${step}`,
  );
  const input =
    graph.inputShape.length === 3
      ? `images [batch, ${channelsFirstShape(graph.inputShape).join(', ')}]`
      : `features [batch, ${graph.inputShape.join(', ')}]`;
  return [
    'class Network(nn.Module):',
    `    """From normalised ${input} to logits [batch, ${graph.classes}]."""`,
    '',
    '    def __init__(self):',
    '        super().__init__()',
    ...layers,
    '',
    '    def forward(self, x):',
    ...steps,
  ].join('\n');
}

export function channelsFirstShape(shape: readonly number[]): readonly number[] {
  const [height, width, channels] = shape;
  return shape.length === 3 ? [channels!, height!, width!] : shape;
}

/** Helpers that the class calls. */
export function networkHelpers({ nodes }: ModelGraph): string {
  const isNeeded = nodes.some((node) => node.op === 'average-pool' && !isEven(node.window.sides));
  return isNeeded ? `${AVERAGE_POOL}\n\n\n` : '';
}

const AVERAGE_POOL = `def average_pool(x, size, stride, padding):
    """The mean of each window over the pixels inside the image."""
    inside = F.pad(torch.ones_like(x[:1, :1]), padding)
    return F.avg_pool2d(F.pad(x, padding), size, stride) / F.avg_pool2d(inside, size, stride)`;

function moduleOf(node: ModelNode): string | undefined {
  const inputs = node.inputShape.at(-1)!;
  const outputs = node.outputShape.at(-1)!;
  switch (node.op) {
    case 'dense':
      return `nn.Linear(${inputs}, ${outputs})`;
    case 'conv2d': {
      const { size, stride, sides } = node.window;
      const options = [
        ...(stride === 1 ? [] : [`stride=${stride}`]),
        ...(isEven(sides) && sides.top > 0 ? [`padding=${sides.top}`] : []),
        ...(node.bias === undefined ? ['bias=False'] : []),
      ];
      return `nn.Conv2d(${[inputs, outputs, size, ...options].join(', ')})`;
    }
    case 'batch-norm': {
      const kind = node.inputShape.length === 3 ? 'BatchNorm2d' : 'BatchNorm1d';
      return `nn.${kind}(${outputs}, eps=${node.epsilon}, momentum=${node.momentum})`;
    }
    case 'dropout':
      return `nn.Dropout(${node.rate})`;
    default:
      return undefined;
  }
}

function expressionOf(
  node: ModelNode,
  read: readonly string[],
  { modules, channelFlattens }: ChannelsFirstModel,
): string {
  const [x = 'x', other = 'x'] = read;
  const self = `self.${modules.get(node.name)!}`;
  switch (node.op) {
    case 'dense':
    case 'batch-norm':
    case 'dropout':
      return `${self}(${x})`;
    case 'conv2d': {
      const { sides } = node.window;
      return isEven(sides) ? `${self}(${x})` : `${self}(F.pad(${x}, ${paddingOf(sides)}))`;
    }
    case 'relu':
      return `F.relu(${x})`;
    case 'max-pool': {
      const { size, stride, sides } = node.window;
      if (!isEven(sides)) {
        return `F.max_pool2d(F.pad(${x}, ${paddingOf(sides)}, value=-torch.inf), ${size}, ${stride})`;
      }
      return `F.max_pool2d(${[x, size, stride, ...paddingArgument(sides)].join(', ')})`;
    }
    case 'average-pool': {
      const { size, stride, sides } = node.window;
      if (!isEven(sides)) return `average_pool(${x}, ${size}, ${stride}, ${paddingOf(sides)})`;
      const padding = paddingArgument(sides);
      const counted = padding.length > 0 ? ['count_include_pad=False'] : [];
      return `F.avg_pool2d(${[x, size, stride, ...padding, ...counted].join(', ')})`;
    }
    case 'global-average-pool':
      return `${x}.mean(dim=(2, 3))`;
    case 'flatten':
      return node.inputShape.length === 3 && !channelFlattens.has(node.name)
        ? `torch.flatten(${x}.permute(0, 2, 3, 1), 1)`
        : `torch.flatten(${x}, 1)`;
    case 'subsample':
      return `${x}[:, :, ::${node.stride}, ::${node.stride}]`;
    case 'pad-channels':
      return `F.pad(${x}, (0, 0, 0, 0, ${node.before}, ${node.after}))`;
    case 'add':
      return `${x} + ${other}`;
  }
}

function isEven({ top, left, bottom, right }: Sides): boolean {
  return top === left && top === bottom && top === right;
}

function paddingArgument({ top }: Sides): string[] {
  return top === 0 ? [] : [`padding=${top}`];
}

/** As `F.pad` takes it. */
function paddingOf({ top, left, bottom, right }: Sides): string {
  return `(${[left, right, top, bottom].join(', ')})`;
}
