/** The other half of assembly/layout.ts. */

/** Examples in a tile of flat activations. */
export const TILE = 32;
/** Vectors of four examples in a tile. */
export const TILE_VECTORS = 8;
/** Bytes of one feature of a tile. */
export const ROW = 128;

export const vectorsOf = (examples: number): number => Math.ceil(examples / 4);

export const tilesOf = (vectors: number): number => Math.ceil(vectors / TILE_VECTORS);

/** Bytes of one pixel of four examples in planes. */
export const PIXEL = 16;
