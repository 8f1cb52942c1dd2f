/** Puts the second file in the place of the first. */
import process from 'node:process';
import { restoreDatabase } from '../../../../src/main/store/backup.ts';

const [, , file, backup] = process.argv;
restoreDatabase(file!, backup!, Date.now());
