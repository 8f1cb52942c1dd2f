/** What the Ticket tab shows: a training and a layer of a search. The choice survives a reload. */
import { SvelteSet } from 'svelte/reactivity';
import type { Client } from '../../../shared/contract/client.ts';
import type {
  TicketLayer,
  TicketMask,
  TicketOverview,
  TicketTraining,
} from '../../../shared/contract/records/tickets.ts';
import type { JsonObject } from '../../../shared/contract/json.ts';
import { TICKET_BRANCH, type TrainingKey } from '../../../shared/domain/training.ts';
import type { PreferenceStore } from '../../state/preferences.svelte.ts';
import { Resource } from '../../state/resource.svelte.ts';

export class TicketView {
  readonly id: string;
  readonly client: Client;
  readonly overview: Resource<TicketOverview>;
  /** The mask of the chosen layer, with the training that it was asked for. */
  readonly mask: Resource<TicketMask & { readonly key: TrainingKey }>;
  #preferences: PreferenceStore;
  readonly #loads = new SvelteSet<Resource<unknown>>();
  #replicate = $state(0);
  #branch = $state<string>(TICKET_BRANCH);
  /** Undefined: the last one. */
  #level = $state<number>();
  /** Undefined: the first one. */
  #tensor = $state<string>();
  /** The level that is shown beside the mask. Undefined: the chosen one. */
  #followed = $state<number>();

  readonly replicates = $derived(unique(this.#trainings.map(({ key }) => key.replicate)));
  readonly replicate = $derived(nearest(this.replicates, this.#replicate));
  readonly branches = $derived(
    unique(
      this.#trainings
        .filter(({ key }) => key.replicate === this.replicate)
        .map(({ key }) => key.branch),
    ),
  );
  readonly branch = $derived(
    this.branches.includes(this.#branch) ? this.#branch : (this.branches[0] ?? TICKET_BRANCH),
  );
  /** The trainings of the chosen replicate and branch, by level. */
  readonly levels: readonly TicketTraining[] = $derived(
    this.#trainings.filter(
      ({ key }) => key.replicate === this.replicate && key.branch === this.branch,
    ),
  );
  readonly training = $derived(
    this.levels.find(({ key }) => key.level === this.#level) ?? this.levels.at(-1),
  );
  readonly layers: readonly TicketLayer[] = $derived.by(() => {
    const layers = this.overview.value?.layers;
    return layers?.[this.branch] ?? layers?.[TICKET_BRANCH] ?? [];
  });
  readonly layer = $derived(
    this.layers.find(({ tensor }) => tensor === this.#tensor) ?? this.layers[0],
  );
  /** Values, not objects: they are the same after the overview was loaded again. */
  readonly tensor = $derived(this.layer?.tensor ?? '');
  readonly #shownLevel = $derived(this.training?.key.level ?? 0);
  readonly key: TrainingKey = $derived({
    replicate: this.replicate ?? 0,
    level: this.#shownLevel,
    branch: this.branch,
  });
  /**
   * The training that the cards beside the mask show. They take longer, and follow to another level once its
   * mask is drawn.
   */
  readonly followed = $derived(
    this.levels.find(({ key }) => key.level === this.#followed) ?? this.training,
  );
  readonly #followedLevel = $derived(this.followed?.key.level ?? 0);
  readonly followedKey: TrainingKey = $derived({
    replicate: this.replicate ?? 0,
    level: this.#followedLevel,
    branch: this.branch,
  });

  constructor(client: Client, preferences: PreferenceStore, id: string) {
    this.client = client;
    this.id = id;
    this.#preferences = preferences;
    this.overview = new Resource(() => client.call('ticket.overview', { id }));
    this.mask = new Resource(async () => {
      const { key, tensor } = this;
      return { ...(await client.call('ticket.mask', { id, ...key, tensor })), key };
    });
    const place = preferences.get('ticketPlace');
    if (place['search'] === id) this.#restore(place);
  }

  /** Whether a card beside the mask still loads what it shows. */
  get isFollowing(): boolean {
    return [...this.#loads].some(({ isLoading }) => isLoading);
  }

  /** The cards beside the mask show the chosen level from now on, once it is known which trainings there are. */
  follow(): void {
    if (!this.training) return;
    this.#followed = this.#shownLevel;
  }

  /** What a card beside the mask shows of the followed training, while the card is there. */
  load<Value>(load: () => Promise<Value>): Resource<Value> {
    const resource = new Resource(load);
    $effect(() => {
      this.#loads.add(resource);
      return () => this.#loads.delete(resource);
    });
    return resource;
  }

  choose(change: Partial<TrainingKey> & { readonly tensor?: string }): void {
    this.#followed ??= this.#shownLevel;
    this.#replicate = change.replicate ?? this.replicate ?? 0;
    this.#branch = change.branch ?? this.branch;
    this.#level = change.level ?? this.training?.key.level;
    this.#tensor = change.tensor ?? this.#tensor;
    this.#preferences.set('ticketPlace', {
      search: this.id,
      replicate: this.#replicate,
      branch: this.#branch,
      level: this.#level ?? null,
      tensor: this.#tensor ?? null,
    });
  }

  get #trainings(): readonly TicketTraining[] {
    return this.overview.value?.trainings ?? [];
  }

  /** It may come from another version. */
  #restore({ replicate, branch, level, tensor }: JsonObject): void {
    if (typeof replicate === 'number') this.#replicate = replicate;
    if (typeof branch === 'string') this.#branch = branch;
    if (typeof level === 'number') this.#level = level;
    if (typeof tensor === 'string') this.#tensor = tensor;
  }
}

function unique<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)];
}

function nearest(values: readonly number[], wanted: number): number | undefined {
  return values.includes(wanted) ? wanted : values[0];
}
