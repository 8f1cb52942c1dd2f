/** Masks and weights of trainings with many measurements, which are checked before any array is read. */
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import type { Store } from '../../../../src/main/store/store.ts';
import { searchOverlap } from '../../../../src/main/workbench/analyses/search-overlap.ts';
import { ticketChart } from '../../../../src/main/workbench/tickets/ticket-charts.ts';
import { performTicketWork } from '../../../../src/main/workbench/tickets/ticket-work.ts';
import { Tickets } from '../../../../src/main/workbench/tickets/tickets.ts';
import type { SearchRecord } from '../../../../src/shared/domain/search.ts';
import { storeLongCurves } from '../../../support/long-curves.ts';
import { key, sampleSearch } from '../../store/samples.ts';
import { openStore } from '../../store/support.ts';

const TENSOR = 'fc1.kernel';

/** What reads an array here. */
let read: readonly { readonly mock: { readonly calls: readonly unknown[] } }[];
let store: Store;
let tickets: Tickets;
let search: SearchRecord;

function open(evaluations: number): void {
  const opened = openStore();
  ({ store } = opened);
  const id = storeLongCurves(opened.file, { name: 'long', levels: 1, replicates: 1, evaluations });
  search = store.searches.get(id);
  tickets = new Tickets(store);
  const own = tickets;
  onTestFinished(() => own.close());
  const { trainings } = store;
  read = [
    vi.spyOn(trainings, 'mask'),
    vi.spyOn(trainings, 'weights'),
    vi.spyOn(trainings, 'array'),
  ];
}

const expectNothingRead = () => {
  for (const { mock } of read) expect(mock.calls).toEqual([]);
};

beforeEach(() => {
  open(25_000);
});

it('are read in a thread, as they would be here', async () => {
  const { id: searchId } = search;
  const place = { searchId, key: key(0, 1) };
  const mask = await tickets.mask(searchId, place.key, TENSOR);
  const fate = await tickets.fate(searchId, place.key, undefined);
  expectNothingRead();
  expect(mask).toEqual(performTicketWork(store, 'mask', { ...place, tensor: TENSOR }));
  expect(fate).toEqual(performTicketWork(store, 'fate', { ...place, tensor: undefined }));
});

it('of many searches are compared in a thread', async () => {
  const searchIds = [search.id, store.searches.create(sampleSearch()).id];
  const overlap = await tickets.overlap(searchIds);
  expectNothingRead();
  expect(overlap).toEqual(searchOverlap(store, searchIds));
  await expect(tickets.overlap(['gone'])).rejects.toMatchObject({ code: 'not-found' });
});

it.each(['mask', 'weight-fate', 'input-map', 'layer-densities'] as const)(
  'are drawn as %s without being read here',
  async (chart) => {
    const wanted = { chart, key: key(0, 1), tensor: undefined };
    const drawn = await ticketChart(store, tickets, search, wanted);
    expectNothingRead();
    expect(drawn.title).not.toBe('');
  },
);

it('are read here where little is read', async () => {
  open(100);
  await tickets.mask(search.id, key(0, 1), TENSOR);
  expect(read[0]?.mock.calls).toHaveLength(1);
});
