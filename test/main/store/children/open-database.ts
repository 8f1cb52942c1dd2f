/** Opens the database named on the command line and says how it went. */
import { openDatabase } from '../../../../src/main/store/database.ts';
import { reportOf } from '../../../../src/shared/contract/errors.ts';

try {
  openDatabase(process.argv[2]!).close();
  process.stdout.write('opened\n');
} catch (error) {
  const { code, message } = reportOf(error);
  process.stdout.write(`${code}: ${message}\n`);
}
