import { registry } from '../../../shared/domain/definition.ts';
import { erdosRenyiKernelRandom, erdosRenyiRandom } from './strategies/erdos-renyi.ts';
import { globalGrasp, layerwiseGrasp } from './strategies/grasp.ts';
import { imported } from './strategies/imported.ts';
import {
  globalLargeFinalSameSign,
  layerwiseLargeFinalSameSign,
} from './strategies/large-final-same-sign.ts';
import { globalLargeInit, layerwiseLargeInit } from './strategies/large-init.ts';
import {
  globalMagnitudeIncreaseSameSign,
  layerwiseMagnitudeIncreaseSameSign,
} from './strategies/magnitude-increase-same-sign.ts';
import {
  globalMagnitudeIncrease,
  layerwiseMagnitudeIncrease,
} from './strategies/magnitude-increase.ts';
import { globalMagnitude, layerwiseMagnitude } from './strategies/magnitude.ts';
import { globalMovement, layerwiseMovement } from './strategies/movement.ts';
import { globalRandom, layerwiseRandom } from './strategies/random.ts';
import { globalSmallInit, layerwiseSmallInit } from './strategies/small-init.ts';
import { globalSnip, layerwiseSnip } from './strategies/snip.ts';
import { globalSynflow, layerwiseSynflow } from './strategies/synflow.ts';
import { globalTaylor, layerwiseTaylor } from './strategies/taylor.ts';

export const strategies = registry('strategy', [
  layerwiseMagnitude,
  globalMagnitude,
  layerwiseRandom,
  globalRandom,
  erdosRenyiRandom,
  erdosRenyiKernelRandom,
  globalSnip,
  layerwiseSnip,
  globalGrasp,
  layerwiseGrasp,
  globalSynflow,
  layerwiseSynflow,
  globalTaylor,
  layerwiseTaylor,
  globalMovement,
  layerwiseMovement,
  layerwiseLargeInit,
  globalLargeInit,
  layerwiseSmallInit,
  globalSmallInit,
  layerwiseMagnitudeIncrease,
  globalMagnitudeIncrease,
  layerwiseLargeFinalSameSign,
  globalLargeFinalSameSign,
  layerwiseMagnitudeIncreaseSameSign,
  globalMagnitudeIncreaseSameSign,
  imported,
]);
