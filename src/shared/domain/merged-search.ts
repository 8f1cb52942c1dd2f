import { amount } from '../amount.ts';
import type { MergedSearch } from './bundle.ts';

/** `new, 10 trainings added; 5 trainings still missing` */
export function describeMerge(search: MergedSearch): string {
  const { isNew, trainings, added, completed, missing } = search;
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
  return `${isNew ? 'new, ' : ''}${what}${left}`;
}
