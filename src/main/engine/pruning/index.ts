import { registry } from '../../../shared/domain/definition.ts';
import { globalMagnitude } from './strategies/global-magnitude.ts';
import { layerwiseMagnitude } from './strategies/layerwise-magnitude.ts';

export const strategies = registry('strategy', [layerwiseMagnitude, globalMagnitude]);
