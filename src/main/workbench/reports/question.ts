/** The question that a verdict answers, in words. */
import { rewindIdOf, type Settings } from '../../../shared/domain/settings.ts';
import { formatShortPercent } from '../../../shared/percent-text.ts';

export function questionOf(settings: Settings): string {
  const { architecture, dataset, verdict } = settings;
  const { accuracyTolerance, iterationTolerance } = verdict;
  const less =
    accuracyTolerance === 0
      ? ''
      : ` (or at most ${Number((accuracyTolerance * 100).toPrecision(6))} points less)`;
  const later =
    iterationTolerance === 0
      ? ''
      : ` (or at most ${formatShortPercent(iterationTolerance, 6)} later)`;
  return (
    `Does ${architecture.id} on ${dataset.id} contain a winning ticket: a subnetwork with far fewer ` +
    `weights that, trained alone from ${startOf(settings)}, reaches at least the test accuracy of the ` +
    `dense network${less}, at an early stop no later than that of the dense network${later}?`
  );
}

function startOf({ rewind }: Settings): string {
  switch (rewindIdOf(rewind)) {
    case 'weights':
      return rewind.iteration === 0
        ? 'its own original initial weights'
        : `the weights it had at iteration ${rewind.iteration}`;
    case 'learning-rate':
    case 'fine-tune':
      return 'its trained weights';
    default:
      return `the weights that the rewind ${rewindIdOf(rewind)} gives it`;
  }
}
