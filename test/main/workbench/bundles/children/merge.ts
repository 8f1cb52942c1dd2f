/** Merges a bundle, whose arrays are stored in many steps. Says when it begins, and then how long it took. */
import { writeSync } from 'node:fs';
import process from 'node:process';
import { Store } from '../../../../../src/main/store/store.ts';
import { openBundle } from '../../../../../src/main/workbench/bundles/bundle-reader.ts';

const STEP_BYTES = 100_000;

const [file, path] = process.argv.slice(2);
const store = Store.open(file!);
const bundle = await openBundle(path!);
const parts = bundle.parts();
writeSync(1, 'merging\n');
const began = performance.now();
store.bundleMerge.merge(parts, { stepBytes: STEP_BYTES });
writeSync(1, `${performance.now() - began}\n`);
bundle.close();
store.close();
