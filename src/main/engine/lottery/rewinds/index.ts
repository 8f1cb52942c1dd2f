import { registry } from '../../../../shared/domain/definition.ts';
import { rewindIdOf, type Settings } from '../../../../shared/domain/settings.ts';
import { fineTune } from './fine-tune.ts';
import { learningRate } from './learning-rate.ts';
import type { RewindDefinition } from './rewind.ts';
import { weights } from './weights.ts';

export const rewinds = registry('rewind', [weights, learningRate, fineTune]);

/** What the survivors of a search are reset to. */
export function rewindOf({ rewind }: Pick<Settings, 'rewind'>): RewindDefinition {
  return rewinds.get(rewindIdOf(rewind));
}
