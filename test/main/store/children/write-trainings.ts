/**
 * Saves the trainings of a search that are still missing, one after the other, and names each on
 * standard output once it is saved. Kills itself where it is told to.
 */
import { writeSync } from 'node:fs';
import { Store } from '../../../../src/main/store/store.ts';
import { plannedTrainings } from '../../../../src/shared/domain/plan.ts';
import { reportOf } from '../../../../src/shared/contract/errors.ts';
import { sameTraining } from '../../../../src/shared/domain/training.ts';
import { sampleTraining } from '../samples.ts';

const [file, searchId, killInSave] = process.argv.slice(2);
let saves = 0;
const store = Store.open(file!, {
  // The time of a training is taken inside its transaction.
  now: () => {
    if (saves === Number(killInSave)) process.kill(process.pid, 'SIGKILL');
    return 1_700_000_000_000;
  },
});
const { settings } = store.searches.get(searchId!);
const layout = store.searches.layout(searchId!);
const finished = store.trainings.keys(searchId!);
try {
  for (const key of plannedTrainings(settings)) {
    if (finished.some((done) => sameTraining(done, key))) continue;
    saves += 1;
    store.trainings.save(searchId!, sampleTraining(key, {}, layout));
    writeSync(1, `${key.replicate} ${key.level} ${key.branch}\n`);
  }
  writeSync(1, 'all\n');
} catch (error) {
  const { code, message } = reportOf(error);
  writeSync(1, `${code}: ${message}\n`);
} finally {
  store.close();
}
