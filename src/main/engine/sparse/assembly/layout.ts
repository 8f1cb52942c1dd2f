/**
 * How activations lie in memory: batch innermost, so that one weight multiplies a run of examples.
 *
 * Flat activations are `[tile][feature][32 examples]`, float32. A tile holds 32 examples in rows of
 * 128 bytes, eight vectors; a batch of 60 takes two tiles, of which the second uses seven vectors of
 * each row. Examples that fill up the last vector are zero and get no gradient.
 */

/** Bytes of one pixel of four examples in planes; see convolution.ts. */
export const PIXEL: usize = 16;

/** Examples in a tile. */
export const TILE: i32 = 32;
/** Vectors in a row of a whole tile. */
export const TILE_VECTORS: i32 = 8;
/** Bytes in a row: one feature of a tile's examples. */
export const ROW: usize = 128;

/** Vectors in use in the rows of a tile, 1..8, of a batch of so many vectors. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function vectorsInTile(tile: i32, vectors: i32): i32 {
  return min(TILE_VECTORS, vectors - tile * TILE_VECTORS);
}
