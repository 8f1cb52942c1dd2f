/** Bundles that are refused. */
import path from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished } from 'vitest';
import { reportOf } from '../../../../src/shared/contract/errors.ts';
import type { BundledSearch, BundledTraining } from '../../../../src/shared/domain/bundle.ts';
import type { Store } from '../../../../src/main/store/store.ts';
import { Workbench } from '../../../../src/main/workbench/workbench.ts';
import { bundleOf, emptyStore, saveSearch } from './samples.ts';

type Changeable<Value> = { -readonly [Name in keyof Value]: Value[Name] };
export type Search = Changeable<BundledSearch>;
export type Training = Changeable<BundledTraining> & { arrays: Record<string, string> };

export async function sound(): Promise<string> {
  const store = emptyStore();
  return bundleOf(store, [saveSearch(store)]);
}

export function blobsIn({ directory }: Store): unknown {
  const database = new Database(path.join(directory, 'workbench.sqlite'), { readonly: true });
  onTestFinished(() => {
    database.close();
  });
  return database.prepare('SELECT count(*) FROM blobs').pluck().get();
}

/** Why a bundle is refused; nothing may have been written. */
export async function refusalOf(file: string): Promise<string> {
  const store = emptyStore();
  const error = await Workbench.over(store)
    .bundles.merge(file)
    .then(
      () => undefined,
      (cause: unknown) => reportOf(cause),
    );
  expect(store.searches.list()).toEqual([]);
  expect(blobsIn(store)).toBe(0);
  expect(error?.code).toBe('invalid-data');
  expect(error?.hint).toMatch(/^Nothing was (written|merged)\./);
  return error?.message ?? '';
}
