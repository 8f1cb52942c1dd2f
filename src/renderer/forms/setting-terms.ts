/** Which term of the glossary explains a setting. */
import type { TermId } from '../../shared/domain/glossary.ts';

export const TERM_OF_SETTING: Readonly<Record<string, TermId>> = {
  'dataset.validation': 'validation-examples',
  initializer: 'initialisation',
  'training.iterations': 'iteration',
  'training.evaluateEvery': 'evaluation',
  'training.engine': 'engine',
  'pruning.strategy': 'pruning-strategy',
  'pruning.schedule': 'iterative-pruning',
  'pruning.levels': 'level',
  'rewind.iteration': 'rewind-step',
  'replicates.count': 'replicate',
  branches: 'branch',
  analyses: 'analysis',
  'verdict.confidence': 'confidence-interval',
  'verdict.accuracyTolerance': 'tolerance',
};
