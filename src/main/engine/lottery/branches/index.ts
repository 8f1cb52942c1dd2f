import { registry } from '../../../../shared/domain/definition.ts';
import { fineTune } from './fine-tune.ts';
import { invertedMask } from './inverted-mask.ts';
import { otherDataOrder } from './other-data-order.ts';
import { randomMask } from './random-mask.ts';
import { randomReinit } from './random-reinit.ts';
import { shuffledMask } from './shuffled-mask.ts';
import { signOnly } from './sign-only.ts';
import { smallDense } from './small-dense.ts';
import { supermask } from './supermask.ts';

export const branches = registry('branch', [
  randomReinit,
  shuffledMask,
  randomMask,
  invertedMask,
  signOnly,
  supermask,
  smallDense,
  fineTune,
  otherDataOrder,
]);
