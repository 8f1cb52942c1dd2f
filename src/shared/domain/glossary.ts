/** The words of the window and of the papers, each in a sentence or two. */

export interface GlossaryTerm {
  readonly id: string;
  readonly term: string;
  /** What else it is called. */
  readonly also?: string;
  readonly definition: string;
  /** The ids of related terms. */
  readonly see?: readonly string[];
}

const term = <Id extends string>(
  id: Id,
  name: string,
  definition: string,
  more: Pick<GlossaryTerm, 'also' | 'see'> = {},
) => ({ id, term: name, definition, ...more });

/** In the order of the alphabet. */
export const GLOSSARY = [
  term(
    'analysis',
    'Analysis',
    'A measurement that is made once everything is trained, in addition to the verdict, such as instability or mask overlap.',
    { see: ['instability', 'mask-overlap'] },
  ),
  term(
    'branch',
    'Branch',
    'A control or an ablation that starts from a level’s mask, such as random reinitialisation. The ticket itself counts as a branch, too.',
    { see: ['control', 'random-reinit', 'level'] },
  ),
  term(
    'confidence-interval',
    'Confidence interval',
    'The range in which the mean difference lies with the given confidence, from the differences within each replicate (paired, Student’s t).',
    { see: ['replicate', 'verdict', 'effect-size'] },
  ),
  term(
    'control',
    'Control',
    'A training that shows what the ticket owes to its initial weights: the same mask with new random weights. It learns slower and ends lower as it gets sparser.',
    { also: 'control arm', see: ['random-reinit', 'branch'] },
  ),
  term(
    'dense-network',
    'Dense network',
    'The whole network, before anything is pruned: level 0. Every ticket is compared with the dense networks of the same replicates.',
    { see: ['level', 'ticket'] },
  ),
  term(
    'density',
    'Density',
    'The fraction of the prunable weights that is kept. 100 % is the dense network. Sparsity is what is missing to 100 %.',
    { also: 'Pm in the paper', see: ['sparsity', 'prunable-weights'] },
  ),
  term(
    'early-stop',
    'Early-stop iteration',
    'The iteration with the lowest validation loss. It is found afterwards; the training itself runs its full length. A lower one means that the network learned faster.',
    { see: ['iteration', 'validation-examples'] },
  ),
  term(
    'effect-size',
    'Effect size',
    'The size of a difference, without a decision. Fewer than three replicates give an effect size and no verdict.',
    { see: ['verdict', 'replicate'] },
  ),
  term(
    'effective-density',
    'Effective density',
    'The fraction of the prunable weights that is kept and lies on a path of kept weights from an input to an output. What is kept without such a path computes nothing.',
    { see: ['density', 'layer-collapse'] },
  ),
  term(
    'engine',
    'Engine',
    'What computes a training step. The dense engine (TensorFlow) computes with all weights, the sparse engine only with those that are kept.',
  ),
  term(
    'epoch',
    'Epoch',
    'One pass over the training examples. Where a setting counts iterations, 20ep means twenty epochs.',
    { see: ['iteration'] },
  ),
  term(
    'error-barrier',
    'Error barrier',
    'The highest error on the straight line between two trained networks, minus the mean error of its two ends. Below 2 % the network is stable.',
    { see: ['instability'] },
  ),
  term(
    'evaluation',
    'Evaluation',
    'Measuring loss and accuracy during a training, every so many iterations. The early stop is one of these moments.',
    { see: ['early-stop'] },
  ),
  term(
    'holm-correction',
    'Holm’s correction',
    'Judging many levels makes one false winning ticket more likely. Holm’s correction keeps the chance of even one among all of them at the chosen level.',
    { see: ['verdict'] },
  ),
  term(
    'initialisation',
    'Initialisation',
    'The random weights θ₀ that a network starts from. A ticket is reset to its own, never to a new one.',
    { also: 'θ₀', see: ['rewind-step'] },
  ),
  term(
    'instability',
    'Instability',
    'How far two copies that start alike end up apart when they see the data in different orders. It is measured by the error barrier between them.',
    { see: ['error-barrier'] },
  ),
  term('iteration', 'Iteration', 'One step of the optimizer, on one batch of examples.', {
    also: 'step',
    see: ['epoch'],
  }),
  term(
    'iterative-pruning',
    'Iterative pruning',
    'Pruning in rounds: train, prune a part of the survivors, reset them, and again. It finds smaller tickets than one-shot pruning.',
    { see: ['one-shot-pruning', 'level'] },
  ),
  term(
    'time-waited',
    'Launch to end',
    'The time on the clock from the launch of a search until it ended, with the time in the queue and of pauses. Of a search that was extended, the time between its earlier end and the extension does not count.',
    { see: ['training-time'] },
  ),
  term(
    'layer-collapse',
    'Layer collapse',
    'A layer loses all of its weights, and nothing can pass through the network any more.',
    { see: ['density'] },
  ),
  term(
    'level',
    'Level',
    'A round of pruning. Level 0 is the dense network; each further level keeps fewer weights.',
    { also: 'prune round', see: ['density', 'dense-network'] },
  ),
  term(
    'mask',
    'Mask',
    'A 0 or 1 for each prunable weight: 1 is kept. It never regains a weight at a later level.',
    { see: ['prunable-weights'] },
  ),
  term(
    'mask-overlap',
    'Mask overlap',
    'The weights that both masks keep, as a fraction of those that either keeps. By chance it is above 0, so it is shown beside what chance would give.',
    { also: 'Jaccard index', see: ['mask'] },
  ),
  term(
    'matching',
    'Matching',
    'A subnetwork matches if it is as accurate as the dense network, within the tolerance. It need not learn as fast.',
    { see: ['winning-ticket', 'tolerance'] },
  ),
  term(
    'one-shot-pruning',
    'One-shot pruning',
    'Training once and pruning at once to the whole target, instead of in rounds.',
    { see: ['iterative-pruning'] },
  ),
  term(
    'prunable-weights',
    'Prunable weights',
    'The kernels of dense and convolutional layers. Biases and the parameters of normalisations are never pruned.',
    { see: ['density'] },
  ),
  term(
    'pruning-strategy',
    'Pruning strategy',
    'The rule for which weights go, such as those with the smallest magnitude of each layer.',
    { see: ['mask'] },
  ),
  term(
    'random-reinit',
    'Random reinitialisation',
    'The ticket’s mask with new random weights. If it did as well, the structure alone would explain the win.',
    { also: 'random-reinit', see: ['control'] },
  ),
  term(
    'replicate',
    'Replicate',
    'The same settings with another seed. A verdict takes at least three.',
    { also: 'trial in the paper', see: ['verdict'] },
  ),
  term(
    'rewind-step',
    'Rewind step',
    'The iteration k whose weights the survivors return to before they are retrained. 0 is the initialisation.',
    { also: 'rewind point', see: ['initialisation'] },
  ),
  term(
    'search',
    'Search',
    'One experiment that you launch: settings × replicates × levels × branches.',
    { see: ['level', 'replicate', 'branch'] },
  ),
  term(
    'sparsity',
    'Sparsity',
    'The fraction of the prunable weights that is removed: 1 minus the density.',
    { see: ['density'] },
  ),
  term(
    'sweep',
    'Sweep',
    'Several searches that differ in one setting or more. Trainings that they share run once.',
    { see: ['search'] },
  ),
  term(
    'ticket',
    'Ticket',
    'The subnetwork of a level: the mask, with the survivors reset to their own original weights and trained again.',
    { see: ['mask', 'winning-ticket', 'rewind-step'] },
  ),
  term(
    'tolerance',
    'Tolerance',
    'How much worse than the dense network a ticket may be and still win.',
    { see: ['verdict'] },
  ),
  term(
    'training-time',
    'Training time, summed',
    'The time of all trainings and evaluations, summed over the workers. With two workers it is up to twice the time on the clock.',
    { see: ['time-waited', 'worker'] },
  ),
  term(
    'transfer',
    'Transfer',
    'A ticket that is trained on another dataset or with another optimizer than the ones it was found with.',
    { see: ['ticket', 'branch'] },
  ),
  term(
    'validation-examples',
    'Validation examples',
    'Examples that are held out of the training set. They determine the early stop; the test set is only used to report.',
    { see: ['early-stop'] },
  ),
  term(
    'verdict',
    'Verdict',
    'Whether a level’s ticket wins, judged from the differences to the dense networks of the same replicates, with their confidence intervals.',
    { see: ['winning-ticket', 'confidence-interval', 'tolerance'] },
  ),
  term(
    'winning-ticket',
    'Winning ticket',
    'A ticket that is at least as accurate as the dense network and learns at least as fast, with far fewer weights. It is the result of a comparison.',
    { see: ['verdict', 'matching'] },
  ),
  term(
    'worker',
    'Worker',
    'A thread that runs one training at a time. One per processor core is best: more of them share the cores.',
    { see: ['training-time'] },
  ),
] as const satisfies readonly GlossaryTerm[];

export type TermId = (typeof GLOSSARY)[number]['id'];

export function termNamed(id: string): GlossaryTerm | undefined {
  return GLOSSARY.find((each) => each.id === id);
}
