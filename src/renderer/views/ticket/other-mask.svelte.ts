/** The mask that a mask is compared with: another level, replicate or branch, of this or another search. */
import type { Client } from '../../../shared/contract/client.ts';
import type { TicketMask, TicketComparison } from '../../../shared/contract/records/tickets.ts';
import type { SearchRow } from '../../../shared/contract/records/search-rows.ts';
import { describeTraining, type TrainingKey } from '../../../shared/domain/training.ts';
import { Resource } from '../../state/resource.svelte.ts';

/** More searches than these are found by opening them. */
const MOST_SEARCHES = 200;

type Place = TrainingKey & { readonly id: string };

export class OtherMask {
  readonly mask: Resource<TicketMask>;
  readonly comparison: Resource<TicketComparison>;
  /** Searches with the same architecture, this one first. */
  readonly searches: Resource<readonly SearchRow[]>;
  /** The finished trainings of the chosen search. */
  readonly trainings: Resource<readonly TrainingKey[]>;
  isOn = $state(false);
  searchId = $state('');
  #wanted = $state.raw<TrainingKey>();
  /** The mask on this side. */
  #here: { readonly key: TrainingKey; readonly tensor: string } | undefined;

  /** The chosen training, else the one that comes first. */
  readonly key = $derived.by((): TrainingKey | undefined => {
    const keys = this.trainings.value ?? [];
    const wanted = this.#wanted;
    const same = (part: Partial<TrainingKey>) =>
      keys.find((key) =>
        Object.entries(part).every(([name, value]) => key[name as keyof TrainingKey] === value),
      );
    if (!wanted) return keys.at(-1);
    const { replicate, branch } = wanted;
    return same(wanted) ?? same({ replicate, branch }) ?? same({ replicate }) ?? keys.at(-1);
  });

  constructor(client: Client, id: string, architecture: string) {
    this.searchId = id;
    this.searches = new Resource(async () => {
      const { rows } = await client.call('search.list', {
        filter: { architectures: [architecture] },
        limit: MOST_SEARCHES,
      });
      const own = rows.filter((row) => row.id === id);
      return [...own, ...rows.filter((row) => row.id !== id)];
    });
    this.trainings = new Resource(async () => {
      const { trainings } = await client.call('ticket.overview', { id: this.searchId });
      return trainings.map(({ key }) => key);
    });
    this.mask = new Resource(() =>
      client.call('ticket.mask', { ...this.#place(), tensor: this.#here?.tensor ?? '' }),
    );
    this.comparison = new Resource(() => {
      const here = this.#here;
      if (!here) throw new Error('there is no mask to compare with');
      return client.call('ticket.compare', { id, ...here.key, other: this.#place() });
    });
  }

  get subject(): string {
    const name = this.searches.value?.find(({ id }) => id === this.searchId)?.name ?? this.searchId;
    return this.key ? `${name}, ${describeTraining(this.key)}` : name;
  }

  /** Whether the chosen search has no mask to compare with. */
  get hasNothing(): boolean {
    return !this.trainings.isLoading && this.trainings.value?.length === 0;
  }

  choose(change: Partial<TrainingKey>): void {
    if (this.key) this.#wanted = { ...this.key, ...change };
  }

  /** For an effect: loads what the choices ask for. */
  load(key: TrainingKey, tensor: string): void {
    if (!this.isOn) return;
    this.#here = { key, tensor };
    // Another replicate, or the level before, is what one compares with first.
    this.#wanted ??= { ...key, level: Math.max(0, key.level - 1) };
    if (!this.key) return;
    void this.mask.reload();
    void this.comparison.reload();
  }

  #place(): Place {
    const { key } = this;
    if (!key) throw new Error('no training is chosen');
    return { id: this.searchId, ...key };
  }
}
