import { amount } from '../amount.ts';
import type { MergedSearch } from './bundle.ts';

/** `new, 10 trainings added; 5 trainings still missing` */
export function describeMerge(search: MergedSearch): string {
  const { isNew, trainings, added, completed, missing, otherCode } = search;
  const changes = [
    ...(added > 0 ? [`${amount(added, 'training')} added`] : []),
    ...(completed > 0 ? [`weights of ${amount(completed, 'training')} added`] : []),
  ];
  const what =
    changes.length > 0
      ? changes.join(', ')
      : isNew
        ? 'without trainings'
        : `nothing new: its ${amount(trainings, 'training')} are here, bit for bit`;
  const left = missing === 0 ? '' : `; ${amount(missing, 'training')} still missing`;
  const code =
    otherCode === undefined
      ? ''
      : `\nWarning: ${otherCode}, which trained a part of it, is other code than trained what is here. Where both have trained the same, the bits are equal.`;
  return `${isNew ? 'new, ' : ''}${what}${left}${code}`;
}
