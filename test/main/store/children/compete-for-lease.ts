/**
 * Tries to become the one that runs a search, says `won` or the code of the error, and stays alive
 * until its input ends.
 */
import { Store } from '../../../../src/main/store/store.ts';
import { reportOf } from '../../../../src/shared/contract/errors.ts';

const [file, searchId, owner] = process.argv.slice(2);
const store = Store.open(file!);
process.stdin.once('data', () => {
  try {
    store.leases.acquire(searchId!, owner!);
    process.stdout.write('won\n');
  } catch (error) {
    process.stdout.write(`${reportOf(error).code}\n`);
  }
});
process.stdin.on('end', () => store.close());
process.stdout.write('ready\n');
