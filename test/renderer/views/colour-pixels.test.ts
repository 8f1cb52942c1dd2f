import { expect, it } from 'vitest';
import { colourPixels } from '../../../src/renderer/views/shared/colour-pixels.ts';

it('pixels of colours get an opacity, and shades of grey three equal colours', () => {
  expect([...colourPixels(Uint8Array.of(1, 2, 3, 4, 5, 6), 3)]).toEqual([
    1, 2, 3, 255, 4, 5, 6, 255,
  ]);
  expect([...colourPixels(Uint8Array.of(0, 9), 1)]).toEqual([0, 0, 0, 255, 9, 9, 9, 255]);
});
