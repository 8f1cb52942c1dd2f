import type { Client } from '../../shared/contract/client.ts';
import type { Catalog, Preset } from '../../shared/contract/records/catalog.ts';
import type { TagCount } from '../../shared/contract/records/history.ts';
import type { Health } from '../../shared/contract/records/host.ts';
import type { PreferenceStore } from './preferences.svelte.ts';
import type { Resource } from './resource.svelte.ts';
import type { Router } from './router.svelte.ts';
import type { Toasts } from './toasts.svelte.ts';

/** The state that actions, the draft and the history work on; `App` holds it. */
export interface SharedState {
  readonly client: Client;
  readonly preferences: PreferenceStore;
  readonly router: Router;
  readonly toasts: Toasts;
  readonly catalog: Resource<Catalog>;
  readonly presets: Resource<readonly Preset[]>;
  readonly health: Resource<Health>;
  readonly tags: Resource<readonly TagCount[]>;
  readonly compared: readonly string[];
  setCompared(ids: readonly string[]): void;
}
