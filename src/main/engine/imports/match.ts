/**
 * Which tensor of a file belongs to which parameter of a network, and how its values are laid out. Names
 * decide first: those of the workbench (`fc1.kernel`) and of PyTorch (`fc1.weight`). A kernel without a
 * tensor of its name takes the only one of its shape. Square kernels lie as the file's other kernels do,
 * and as their names say. Nothing is guessed where two would fit.
 */
import type { ParameterSpec } from '../../../shared/domain/layout.ts';
import { channelsFirst, type ChannelsFirstTensor } from '../../../shared/ticket/channels-first.ts';
import { FINAL_PREFIX, INITIAL_PREFIX } from '../../../shared/ticket/weights-origin.ts';
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

/** The workbench's layout, PyTorch's, or either of them: the shapes of a square kernel are the same. */
type Layout = 'own' | 'pytorch' | 'either';

/** A parameter's tensor, before it is known how the file's square kernels lie. */
interface Found {
  readonly entry: ChannelsFirstTensor;
  readonly candidate: Candidate;
  readonly isByShape: boolean;
  readonly layout: Layout;
}

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
  readonly #used = new Set<NamedTensor>();
  readonly #found: Found[] = [];
  readonly #mismatches: string[] = [];
  readonly #missing: ParameterSpec[] = [];
  /** The stem under which a layer's kernel was found. */
  readonly #stems = new Map<string, string>();

  constructor(network: NetworkSpec, tensors: readonly NamedTensor[], wanted: Wanted) {
    this.#wanted = wanted;
    // Exports of the workbench have weights before and after training.
    const hasInitial = tensors.some(({ name }) => name.startsWith(INITIAL_PREFIX));
    this.#candidates = tensors
      .filter(({ name }) => !(hasInitial && name.startsWith(FINAL_PREFIX)))
      .map(candidateOf);
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
    const matched = this.#found.flatMap((found) => this.#laidOut(found) ?? []);
    return {
      matched,
      mismatches: [...this.#mismatches, ...this.#masksOfNothing(unused)],
      missing: this.#missing,
      unused: unused.map(({ tensor }) => tensor.name),
    };
  }

  /** Whether there is a tensor of the kernel's name, of whatever shape. */
  #matchByName(entry: ChannelsFirstTensor): boolean {
    const stems = stemsOf(entry);
    const named = this.#best(this.#candidates.filter(({ stem }) => stems.includes(stem)));
    if (named.length === 0) return false;
    this.#takeNamed(entry, named);
    return true;
  }

  /** Takes the tensor that has the parameter's name, unless there are several or its shape is wrong. */
  #takeNamed(entry: ChannelsFirstTensor, named: readonly Candidate[]): void {
    const [candidate, ...others] = named;
    if (!candidate) return;
    if (others.length === 0 && this.#accept(entry, candidate, false)) return;
    for (const { tensor } of named) this.#used.add(tensor);
    const { name } = entry.parameter;
    const { tensor } = candidate;
    this.#mismatches.push(
      others.length > 0
        ? `${name}: ${named.map((each) => each.tensor.name).join(' and ')} both have its name; keep one of them in the file`
        : `${name}: ${tensor.name} has the shape ${shown(tensor.shape)}; expected ${expectedShapes(entry)}`,
    );
  }

  /** Takes the only tensor of the kernel's shape, if no other kernel could. */
  #matchByShape(entry: ChannelsFirstTensor, unnamed: readonly ChannelsFirstTensor[]): void {
    const free = this.#candidates.filter(({ tensor }) => !this.#used.has(tensor));
    const layers = Map.groupBy(free, ({ stem }) => stem);
    const fitting = [...layers.values()].flatMap((own) =>
      this.#best(own).filter((each) => layoutIn(entry, each)),
    );
    const rivals = unnamed.filter((other) => fitting.some((each) => layoutIn(other, each)));
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
    const named = this.#candidates.filter(
      ({ stem, suffix }) => stems.includes(stem) && suffixes.includes(suffix),
    );
    if (named.length === 0) this.#missing.push(parameter);
    this.#takeNamed(entry, named);
  }

  /** Those with the suffix that is looked for first; there should be one. */
  #best(candidates: readonly Candidate[]): readonly Candidate[] {
    for (const suffix of KERNEL_SUFFIXES[this.#wanted]) {
      const found = candidates.filter((each) => each.suffix === suffix);
      if (found.length > 0) return found;
    }
    return [];
  }

  /** Whether the tensor has the parameter's shape. Then it is taken. */
  #accept(entry: ChannelsFirstTensor, candidate: Candidate, isByShape: boolean): boolean {
    const layout = layoutIn(entry, candidate);
    if (!layout) return false;
    const { parameter } = entry;
    this.#used.add(candidate.tensor);
    if (parameter.prunable) this.#stems.set(parameter.layer, candidate.stem);
    this.#found.push({ entry, candidate, isByShape, layout });
    return true;
  }

  /** Undefined if the file contradicts itself about how a square kernel lies. */
  #laidOut(found: Found): MatchedTensor | undefined {
    const { entry, candidate, isByShape } = found;
    const { parameter } = entry;
    const { tensor } = candidate;
    const layout = this.#layoutOf(found);
    if (!layout) return undefined;
    const isOfPyTorch = layout === 'pytorch';
    return {
      parameter,
      tensor,
      isByShape,
      isTransposed: isOfPyTorch && parameter.prunable,
      values: () => (isOfPyTorch ? rearranged(entry, tensor) : Float64Array.from(tensor.values())),
    };
  }

  #layoutOf({ entry, candidate, layout }: Found): 'own' | 'pytorch' | undefined {
    if (layout !== 'either') return layout;
    const named = this.#layoutByName(candidate);
    const { parameter } = entry;
    // Vectors lie the same in both, except behind a flatten, where the names of the file tell.
    if (!parameter.prunable) return named ?? 'own';
    const others = this.#found.filter((each) => each.entry.parameter.prunable);
    const own = others.find((each) => each.layout === 'own');
    const pytorch = others.find((each) => each.layout === 'pytorch');
    const isOwn = own !== undefined || named === 'own';
    const isPyTorch = pytorch !== undefined || named === 'pytorch';
    if (!isOwn || !isPyTorch) return isPyTorch ? 'pytorch' : 'own';
    const { name, shape } = candidate.tensor;
    const signs = [
      pytorch
        ? `${pytorch.candidate.tensor.name} lies as in PyTorch`
        : `its name is one of PyTorch’s`,
      own ? `${own.candidate.tensor.name} does not lie so` : `its name is not one of PyTorch’s`,
    ];
    this.#mismatches.push(
      `${parameter.name}: ${name} of shape ${shown(shape)} may lie as in PyTorch or not: ${signs.join(', and ')}; save all kernels in the same layout, with names that end in weight only if it is PyTorch’s`,
    );
    return undefined;
  }

  /** What the names of the file say, if they say anything. */
  #layoutByName({ suffix }: Candidate): 'own' | 'pytorch' | undefined {
    if (suffix.startsWith('kernel')) return 'own';
    const isOfPyTorch = this.#candidates.some((each) => each.suffix.startsWith('weight'));
    return isOfPyTorch ? 'pytorch' : undefined;
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

/** Undefined if the tensor has neither shape of the parameter. */
function layoutIn(
  { parameter, shape }: ChannelsFirstTensor,
  { tensor }: Candidate,
): Layout | undefined {
  const isOwn = String(tensor.shape) === String(parameter.shape);
  const isPyTorch = String(tensor.shape) === String(shape);
  if (isOwn && isPyTorch) return 'either';
  if (isOwn) return 'own';
  return isPyTorch ? 'pytorch' : undefined;
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
  tensor: NamedTensor,
): Float64Array {
  const values = tensor.values();
  const places = arrange(Int32Array.from({ length: parameter.size }, (_, index) => index));
  const ordered = new Float64Array(parameter.size);
  for (const [index, place] of places.entries()) ordered[place] = values[index]!;
  return ordered;
}
