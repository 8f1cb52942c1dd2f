/** The points of others in charts against density: published figures, and the user's own. */
import type { Client } from '../../shared/contract/client.ts';
import type { DensityChart } from '../../shared/charts/density-chart.ts';
import { type MarkedSearch, type Markers, markersFor } from '../../shared/published/markers.ts';
import {
  type OwnSeries,
  ownSeriesSchema,
  type PublishedFile,
} from '../../shared/published/schema.ts';
import type { PreferenceStore } from './preferences.svelte.ts';
import { Resource } from './resource.svelte.ts';

export class ChartPoints {
  readonly published: Resource<readonly PublishedFile[]>;
  #client: Client;
  #preferences: PreferenceStore;
  /** The preference may come from another version. */
  readonly #own = $derived.by((): readonly OwnSeries[] =>
    this.#preferences.get('ownPoints').flatMap((stored) => {
      const series = ownSeriesSchema.safeParse(stored);
      return series.success ? [series.data] : [];
    }),
  );

  constructor(client: Client, preferences: PreferenceStore) {
    this.#client = client;
    this.#preferences = preferences;
    this.published = new Resource(() => client.call('published.list'));
  }

  get isPublishedShown(): boolean {
    return this.#preferences.get('showsPublished');
  }

  set isPublishedShown(isShown: boolean) {
    this.#preferences.set('showsPublished', isShown);
  }

  get own(): readonly OwnSeries[] {
    return this.#own;
  }

  /** What reports show in their charts, as it was chosen for the charts of the window. */
  get chosen(): { isPublishedShown: boolean; own: readonly OwnSeries[] } {
    return { isPublishedShown: this.isPublishedShown, own: this.own };
  }

  /**
   * Adds the points of a CSV file. Series of the same name are replaced.
   *
   * @throws WorkbenchError `invalid-data` naming file, line and column.
   */
  async add(name: string, text: string): Promise<void> {
    const added = await this.#client.call('published.readPoints', { name, text });
    const kept = this.own.filter((series) => added.every((each) => each.name !== series.name));
    this.#preferences.set('ownPoints', [...kept, ...added]);
  }

  remove(name: string): void {
    this.#preferences.set(
      'ownPoints',
      this.own.filter((series) => series.name !== name),
    );
  }

  /** What a chart of these searches shows beside their lines. */
  markersOf(chart: DensityChart, searches: readonly MarkedSearch[]): Markers {
    const published = this.isPublishedShown ? (this.published.value ?? []) : [];
    return markersFor(chart, searches, { published, own: this.own });
  }
}
