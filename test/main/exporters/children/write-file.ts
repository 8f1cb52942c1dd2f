/** Writes so many bytes to the file named on the command line and says how it went. */
import { writeExport } from '../../../../src/main/exporters/write-file.ts';
import { reportOf } from '../../../../src/shared/contract/errors.ts';

const [file, size, overwrite] = process.argv.slice(2);
try {
  writeExport(file!, new Uint8Array(Number(size)), {
    overwrite: overwrite === 'overwrite',
  });
  process.stdout.write('written\n');
} catch (error) {
  const { code, message } = reportOf(error);
  process.stdout.write(`${code}: ${message}\n`);
}
