import { amount } from '../amount.ts';
import type { MergedSearch, OtherAddition } from './bundle.ts';

const OTHERS: Readonly<Record<OtherAddition, string>> = {
  stage: 'replicates, levels or branches of a later stage added',
  data: 'a summary of its data added',
  analyses: 'results of analyses added',
};

/** `new, 10 trainings added; 5 trainings still missing` */
export function describeMerge(search: MergedSearch): string {
  const {
    isNew,
    added,
    completed,
    others = [],
    outdated = 0,
    missing,
    otherCode,
    otherResults,
  } = search;
  const changes = [
    ...(added > 0 ? [`${amount(added, 'training')} added`] : []),
    ...(completed > 0 ? [`weights of ${amount(completed, 'training')} added`] : []),
    ...others.map((each) => OTHERS[each]),
    ...(outdated > 0
      ? [`${amount(outdated, 'result')} of analyses removed, which no longer hold`]
      : []),
  ];
  const unchanged = isNew ? 'without trainings' : nothingNew(search);
  const what = changes.length > 0 ? changes.join(', ') : unchanged;
  const left = missing === 0 ? '' : `; ${amount(missing, 'training')} still missing`;
  const code =
    otherCode === undefined
      ? ''
      : `\nWarning: ${otherCode}, which trained a part of it, is other code than trained what is here. Where both have trained the same, the bits are equal.`;
  const results =
    otherResults === undefined
      ? ''
      : `\nWarning: the bundle has other results of analyses (${otherResults.count}), which another processor, TensorFlow or code has computed. What is here was kept. The first is ${otherResults.first}.`;
  return `${isNew ? 'new, ' : ''}${what}${left}${code}${results}`;
}

function nothingNew({ trainings, withoutWeights = 0 }: MergedSearch): string {
  const its = `nothing new: its ${amount(trainings, 'training')} are here`;
  if (withoutWeights === 0) return `${its}, bit for bit`;
  return `${its} with the same masks and measurements; ${amount(withoutWeights, 'training')} came without weights to compare`;
}
