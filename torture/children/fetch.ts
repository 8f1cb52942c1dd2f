/** As `ticket datasets`, for a small dataset: `fetch.ts fetch URL`, `fetch.ts add PATH`, `fetch.ts load`. */
import process from 'node:process';
import { datasets } from '../../src/main/engine/datasets/index.ts';
import { addDataset, fetchDataset } from '../../src/main/workbench/datasets/fetch.ts';
import { TINY_ID, tinyDataset } from '../tiny-cifar.ts';
import { refusing } from './refusal.ts';

const [, , what, place = ''] = process.argv;
datasets.register(tinyDataset(what === 'fetch' ? place : ''));
const options = { onProgress: () => undefined };
await refusing(async () => {
  if (what === 'fetch') await fetchDataset(TINY_ID, options);
  if (what === 'add') await addDataset(TINY_ID, [place], options);
  // Its fingerprint is checked once more, as by a search.
  await datasets.get(TINY_ID).load({ id: TINY_ID });
});
