/** How many vectors and tiles examples take; assembly/layout.ts says how activations lie. */
import { TILE_VECTORS } from './kernel-bindings.ts';

export { PIXEL, ROW, TILE, TILE_VECTORS } from './kernel-bindings.ts';

/** Vectors of four examples; the last one may be filled up. */
export const vectorsOf = (examples: number): number => Math.ceil(examples / 4);

export const tilesOf = (vectors: number): number => Math.ceil(vectors / TILE_VECTORS);
