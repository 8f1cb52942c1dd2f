/**
 * Which tensor of a file belongs to which parameter of a network, and how its values are laid out. Names
 * decide first: those of the workbench (`fc1.kernel`) and of PyTorch (`fc1.weight`). A kernel without a
 * tensor of its name takes the only one of its shape. Nothing is guessed where two would fit.
 */
import type { ParameterSpec } from '../../../shared/domain/layout.ts';
import { channelsFirst, type ChannelsFirstTensor } from '../../../shared/ticket/channels-first.ts';
import type { NetworkSpec } from '../layers/spec.ts';
import { modelGraph } from '../model-graph.ts';
import { layoutOf } from '../network.ts';
import type { NamedTensor } from './named-tensor.ts';

/** A tensor that belongs to a parameter. */
export interface MatchedTensor {
  readonly parameter: ParameterSpec;
  readonly tensor: NamedTensor;
  readonly isByShape: boolean;
  /** Whether its values lie as in PyTorch: linear `[out, in]`, convolutions `[out, in, h, w]`. */
  readonly isTransposed: boolean;
  /** The tensor's values in the workbench's layout. */
  values(): Float64Array;
}

export interface Matches {
  readonly matched: readonly MatchedTensor[];
  /** Sentences, each about a tensor or a parameter that does not fit. */
  readonly mismatches: readonly string[];
  /** Parameters beside kernels that the file lacks. */
  readonly missing: readonly ParameterSpec[];
  /** Names of tensors that belong to nothing. */
  readonly unused: readonly string[];
}

/** What is looked for: `fc1.weight_mask` before `fc1.weight`, or `fc1.weight_orig` before it. */
export type Wanted = 'mask' | 'weights';

const KERNEL_SUFFIXES: Readonly<Record<Wanted, readonly string[]>> = {
  mask: ['weight_mask', 'kernel_mask', 'mask', 'weight', 'kernel', ''],
  weights: ['weight_orig', 'weight', 'kernel', ''],
};

export const MASK_SUFFIXES: readonly string[] = ['weight_mask', 'kernel_mask', 'mask'];

/** A tensor's name, in parts. */
interface Candidate {
  readonly tensor: NamedTensor;
  /** `fc1` of `module.fc1.weight_mask`. */
  readonly stem: string;
  /** `weight_mask`; empty if the name ends with none of them. */
  readonly suffix: string;
}

/** The longest first: `weight_mask` also ends with `mask`. */
const SUFFIXES = [
  ...MASK_SUFFIXES,
  'weight_orig',
  'weight',
  'kernel',
  'bias',
  'gamma',
  'beta',
  'running_mean',
  'running_variance',
  'running_var',
].toSorted((one, other) => other.length - one.length);

/** What wrappers put before every name of a network. */
const WRAPPERS = /^(?:(?:module|model|net|network|initial)_)+/;

export function suffixOf(name: string): string {
  const words = inWords(name);
  return SUFFIXES.find((each) => words === each || words.endsWith(`_${each}`)) ?? '';
}

function candidateOf(tensor: NamedTensor): Candidate {
  const suffix = suffixOf(tensor.name);
  const words = inWords(tensor.name);
  const stem = suffix === '' ? words : words.slice(0, -suffix.length).replace(/_$/, '');
  return { tensor, suffix, stem: stem.replace(WRAPPERS, '') };
}

/** `Block1.conv-1` as `block1_conv_1`. */
const inWords = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_');

/** Matches the kernels of a network and, for weights, everything else that it starts with. */
export function matchTensors(
  network: NetworkSpec,
  tensors: readonly NamedTensor[],
  wanted: Wanted,
): Matches {
  return new Matching(network, tensors, wanted).matches();
}

class Matching {
  readonly #wanted: Wanted;
  readonly #candidates: readonly Candidate[];
  readonly #entries: readonly ChannelsFirstTensor[];
  /** Whether tensors lie as in PyTorch where name and shape don't tell. */
  readonly #isOfPyTorch: boolean;
  readonly #used = new Set<NamedTensor>();
  readonly #matched: MatchedTensor[] = [];
  readonly #mismatches: string[] = [];
  readonly #missing: ParameterSpec[] = [];
  /** The stem under which a layer's kernel was found. */
  readonly #stems = new Map<string, string>();

  constructor(network: NetworkSpec, tensors: readonly NamedTensor[], wanted: Wanted) {
    this.#wanted = wanted;
    // Exports of the workbench have weights before and after training.
    const hasInitial = tensors.some(({ name }) => name.startsWith('initial.'));
    this.#candidates = tensors
      .filter(({ name }) => !(hasInitial && name.startsWith('final.')))
      .map(candidateOf);
    this.#isOfPyTorch = this.#candidates.some(({ suffix }) => suffix.startsWith('weight'));
    this.#entries = channelsFirst(modelGraph(network), layoutOf(network)).tensors;
  }

  matches(): Matches {
    const kernels = this.#entries.filter(({ parameter }) => parameter.prunable);
    const unnamed = kernels.filter((entry) => !this.#matchByName(entry));
    for (const entry of unnamed) this.#matchByShape(entry, unnamed);
    if (this.#wanted === 'weights') {
      for (const entry of this.#entries) {
        if (!entry.parameter.prunable) this.#matchOther(entry);
      }
    }
    const unused = this.#candidates.filter(({ tensor }) => !this.#used.has(tensor));
    return {
      matched: this.#matched,
      mismatches: [...this.#mismatches, ...this.#masksOfNothing(unused)],
      missing: this.#missing,
      unused: unused.map(({ tensor }) => tensor.name),
    };
  }

  /** Whether there is a tensor of the kernel's name, of whatever shape. */
  #matchByName(entry: ChannelsFirstTensor): boolean {
    const stems = stemsOf(entry);
    const own = this.#candidates.filter(({ stem }) => stems.includes(stem));
    const candidate = this.#best(own);
    if (!candidate) return false;
    if (!this.#accept(entry, candidate, false)) {
      const { tensor } = candidate;
      this.#used.add(tensor);
      this.#mismatches.push(
        `${entry.parameter.name}: ${tensor.name} has the shape ${shown(tensor.shape)}; expected ${expectedShapes(entry)}`,
      );
    }
    return true;
  }

  /** Takes the only tensor of the kernel's shape, if no other kernel could. */
  #matchByShape(entry: ChannelsFirstTensor, unnamed: readonly ChannelsFirstTensor[]): void {
    const free = this.#candidates.filter(({ tensor }) => !this.#used.has(tensor));
    const layers = Map.groupBy(free, ({ stem }) => stem);
    const fitting = [...layers.values()].flatMap((own) => {
      const best = this.#best(own);
      return best && this.#layoutIn(entry, best) ? [best] : [];
    });
    const rivals = unnamed.filter((other) => fitting.some((each) => this.#layoutIn(other, each)));
    const [only] = fitting;
    if (only && fitting.length === 1 && rivals.length === 1) {
      this.#accept(entry, only, true);
      return;
    }
    const { name } = entry.parameter;
    const found = fitting.map(({ tensor }) => tensor.name).join(', ');
    this.#mismatches.push(
      fitting.length === 0
        ? `${name}: no tensor has its name or its shape, ${expectedShapes(entry)}`
        : `${name}: no tensor has its name, and its shape does not tell which of ${found} it is; name it ${entry.name}`,
    );
  }

  /** Biases, and what batch normalisations have. */
  #matchOther(entry: ChannelsFirstTensor): void {
    const { parameter } = entry;
    const ofKernel = this.#stems.get(parameter.layer);
    const stems = [...stemsOf(entry), ...(ofKernel === undefined ? [] : [ofKernel])];
    const suffixes = [inWords(parameter.kind), entry.name.slice(entry.module.length + 1)];
    const candidate = this.#candidates.find(
      ({ stem, suffix }) => stems.includes(stem) && suffixes.includes(suffix),
    );
    if (!candidate) {
      this.#missing.push(parameter);
      return;
    }
    if (this.#accept(entry, candidate, false)) return;
    const { tensor } = candidate;
    this.#used.add(tensor);
    this.#mismatches.push(
      `${parameter.name}: ${tensor.name} has the shape ${shown(tensor.shape)}; expected ${expectedShapes(entry)}`,
    );
  }

  #best(candidates: readonly Candidate[]): Candidate | undefined {
    for (const suffix of KERNEL_SUFFIXES[this.#wanted]) {
      const found = candidates.find((each) => each.suffix === suffix);
      if (found) return found;
    }
    return undefined;
  }

  /** Whether the tensor has the parameter's shape. Then it is taken. */
  #accept(entry: ChannelsFirstTensor, candidate: Candidate, isByShape: boolean): boolean {
    const layout = this.#layoutIn(entry, candidate);
    if (!layout) return false;
    const { parameter } = entry;
    const { tensor } = candidate;
    const isOfPyTorch = layout === 'pytorch';
    this.#used.add(tensor);
    if (parameter.prunable) this.#stems.set(parameter.layer, candidate.stem);
    this.#matched.push({
      parameter,
      tensor,
      isByShape,
      isTransposed: isOfPyTorch && parameter.prunable,
      values: () => (isOfPyTorch ? rearranged(entry, tensor) : Float64Array.from(tensor.values)),
    });
    return true;
  }

  /** Undefined if the tensor has neither shape of the parameter. */
  #layoutIn(
    { parameter, shape }: ChannelsFirstTensor,
    { tensor, suffix }: Candidate,
  ): 'own' | 'pytorch' | undefined {
    const isOwn = String(tensor.shape) === String(parameter.shape);
    const isPyTorch = String(tensor.shape) === String(shape);
    if (isOwn && isPyTorch) {
      const isNamedSo = suffix === 'kernel' ? false : this.#isOfPyTorch;
      return isNamedSo ? 'pytorch' : 'own';
    }
    if (isOwn) return 'own';
    return isPyTorch ? 'pytorch' : undefined;
  }

  /** A mask that no layer has means that the file is of another network. */
  #masksOfNothing(unused: readonly Candidate[]): string[] {
    if (this.#wanted !== 'mask') return [];
    return unused.flatMap(({ tensor, suffix }) =>
      MASK_SUFFIXES.includes(suffix)
        ? [`${tensor.name} of shape ${shown(tensor.shape)} is the mask of no layer of the network`]
        : [],
    );
  }
}

function stemsOf({ module, parameter }: ChannelsFirstTensor): string[] {
  return [inWords(module), inWords(parameter.layer)];
}

function expectedShapes({ parameter, shape }: ChannelsFirstTensor): string {
  const [own, pytorch] = [shown(parameter.shape), shown(shape)];
  return own === pytorch ? own : `${own}, or ${pytorch} as in PyTorch`;
}

const shown = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/** From PyTorch's layout into the workbench's. */
function rearranged(
  { arrange, parameter }: ChannelsFirstTensor,
  { values }: NamedTensor,
): Float64Array {
  const places = arrange(Int32Array.from({ length: parameter.size }, (_, index) => index));
  const ordered = new Float64Array(parameter.size);
  for (const [index, place] of places.entries()) ordered[place] = values[index]!;
  return ordered;
}
