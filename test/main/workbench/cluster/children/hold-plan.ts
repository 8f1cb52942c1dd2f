/** Takes the lock of the plan in a folder at a moment that it is told, and lets go when it is told. */
import process from 'node:process';
import { messageOf } from '../../../../../src/shared/contract/errors.ts';
import { holdPlan } from '../../../../../src/main/workbench/cluster/plan-lock.ts';

type Question = { readonly kind: 'hold'; readonly at: number } | { readonly kind: 'release' };

const [folder = ''] = process.argv.slice(2);
let release: (() => void) | undefined;

function answer(question: Question): string {
  if (question.kind === 'release') {
    release?.();
    release = undefined;
    return 'released';
  }
  // Busy until then, so that all begin at the same moment.
  while (Date.now() < question.at);
  try {
    release = holdPlan(folder);
    return 'held';
  } catch (error) {
    return messageOf(error);
  }
}

process.on('message', (message) => process.send?.(answer(message as Question)));
process.send?.('ready');
