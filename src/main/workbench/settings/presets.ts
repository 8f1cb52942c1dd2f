import conv2 from '../../../../resources/presets/conv-2.json' with { type: 'json' };
import conv4 from '../../../../resources/presets/conv-4.json' with { type: 'json' };
import conv6 from '../../../../resources/presets/conv-6.json' with { type: 'json' };
import lenet300100 from '../../../../resources/presets/lenet-300-100.json' with { type: 'json' };
import oneShot from '../../../../resources/presets/one-shot.json' with { type: 'json' };
import quick from '../../../../resources/presets/quick.json' with { type: 'json' };
import resnet20 from '../../../../resources/presets/resnet-20.json' with { type: 'json' };
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { parseSettings, type WrittenSettings } from '../../../shared/domain/settings.ts';
import { registries } from './registries.ts';

export interface Preset {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** Roughly, until something similar has run on this machine: `plan for days`. */
  readonly takes: string;
  readonly settings: WrittenSettings;
}

/** The preset of a search without any settings. */
export const DEFAULT_PRESET = 'quick';

const sources = {
  quick,
  'one-shot': oneShot,
  'lenet-300-100': lenet300100,
  'conv-2': conv2,
  'conv-4': conv4,
  'conv-6': conv6,
  'resnet-20': resnet20,
};

export function presets(): Preset[] {
  return Object.entries(sources).map(([id, { label, description, takes, settings }]) => ({
    id,
    label,
    description,
    takes,
    settings: parseSettings(registries, settings),
  }));
}

/** @throws WorkbenchError `not-found` naming all presets. */
export function preset(id: string): Preset {
  const found = presets().find((candidate) => candidate.id === id);
  if (found) return found;
  throw new WorkbenchError(
    'not-found',
    `there is no preset "${id}"`,
    `There are ${Object.keys(sources).join(', ')}.`,
  );
}
