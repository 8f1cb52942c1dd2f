/** The place that is read in a chart: all charts of the page with the same x axis show it. */
import { createContext } from 'svelte';

export const [useCrosshair, provideCrosshair] = createContext<Crosshair>();

interface Pointed {
  /** The title of the x axis, with its unit. */
  readonly axis: string;
  readonly x: number;
  /** The chart that is pointed at. */
  readonly source: object;
}

export class Crosshair {
  #pointed = $state.raw<Pointed>();

  point(pointed: Pointed): void {
    this.#pointed = pointed;
  }

  /** Nothing is read any more, unless another chart has been pointed at since. */
  leave(source: object): void {
    if (this.#pointed?.source === source) this.#pointed = undefined;
  }

  /** Where charts with this x axis are read; undefined if nowhere. */
  on(axis: string): Pointed | undefined {
    return this.#pointed?.axis === axis ? this.#pointed : undefined;
  }
}
