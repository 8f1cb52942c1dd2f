import { DEFAULT_NORMALIZATION } from '../../../shared/domain/settings.ts';
import { BYTES_TO_UNIT, defineNormalization } from './normalization.ts';
import { rangesOfChannels } from './statistics.ts';

export const unit = defineNormalization({
  id: DEFAULT_NORMALIZATION,
  label: 'From 0 to 1',
  description:
    'Bytes divided by 255; floats scaled by the smallest and largest training value of their channel or feature.',
  fit: (examples) =>
    examples.features instanceof Uint8Array
      ? BYTES_TO_UNIT
      : { kind: 'channels', ...rangesOfChannels(examples) },
});
