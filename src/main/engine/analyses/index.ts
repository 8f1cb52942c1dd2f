import { registry } from '../../../shared/domain/definition.ts';
import { connectivity } from './connectivity.ts';
import { earlyBird } from './early-bird.ts';
import { instability } from './instability.ts';
import { maskOverlapAnalysis } from './mask-overlap.ts';
import { weightMovement } from './weight-movement.ts';

export const analyses = registry('analysis', [
  instability,
  maskOverlapAnalysis,
  connectivity,
  weightMovement,
  earlyBird,
]);
