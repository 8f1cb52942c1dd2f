/**
 * Drops the weights of all searches, one after the other, and returns the space to the disk. Kills itself
 * at the given question for the time, which is asked inside the transaction of a drop, or in the middle of
 * returning the space.
 */
import process from 'node:process';
import { Store } from '../../../../src/main/store/store.ts';

const [file, killAt] = process.argv.slice(2);
let questions = 0;
const die = (): void => {
  questions += 1;
  if (questions === Number(killAt)) process.kill(process.pid, 'SIGKILL');
};
const store = Store.open(file!, {
  now: () => {
    die();
    return 1_700_000_000_000;
  },
});
for (const { id, refusal } of store.droppedWeights.candidates()) {
  if (refusal === undefined) store.droppedWeights.drop(id);
}
store.returnSpace(die);
store.close();
