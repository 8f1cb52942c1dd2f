/** Which setting an error comes from, so that a form shows the error beside its field. */
import type { WorkbenchError } from '../../../shared/contract/errors.ts';
import { isPlainObject } from '../../../shared/contract/json.ts';
import { absolutePath } from '../../engine/datasets/user-path.ts';

/** A setting at the beginning of a message: `training.batchSize is 0; …`, `architecture.layers.2: …` */
const AT_START = /^[a-z]\w*(\.\w+)+(?=[ :])/;
/** A setting that a hint gives a value to: `such as dataset.shape=[28,28,1]`. */
const ADVISED = /(?:branches\.\d+\.)?dataset\.\w+(?==)/;
/** Settings that are paths are named like this. */
const NAME_OF_PATH = /(?:folder|file)$/i;

/**
 * The setting that an error comes from; undefined if that is not known.
 *
 * @param settings as they were given, not checked.
 */
export function settingOf(
  { code, message, hint = '' }: Pick<WorkbenchError, 'code' | 'message' | 'hint'>,
  settings: unknown,
): string | undefined {
  switch (code) {
    case 'invalid-settings':
      // An error of a layer starts with the setting of the layer, or else with its name. The
      // network does not fit the examples then: their shape is to be changed, or the network.
      return AT_START.exec(message)?.[0] ?? ADVISED.exec(hint)?.[0] ?? networkOf(message);
    case 'not-found':
    case 'invalid-data':
      return pathNamedIn(message, settings) ?? 'dataset';
    case 'conflict':
      // A file that is no longer the one that was planned with.
      return pathNamedIn(message, settings);
    default:
      return undefined;
  }
}

function networkOf(message: string): string | undefined {
  return message.startsWith('layer ') ? 'architecture' : undefined;
}

/** The setting whose path the message has in it; of several, the one with the longest path. */
function pathNamedIn(message: string, settings: unknown): string | undefined {
  const named = pathsOf(settings).filter(({ file }) => message.includes(file));
  return named.toSorted((one, other) => other.file.length - one.file.length)[0]?.setting;
}

/** The settings that are paths, of datasets and of imported masks and weights, with the whole path of each. */
function pathsOf(settings: unknown): { readonly setting: string; readonly file: string }[] {
  if (!isPlainObject(settings)) return [];
  const branches: readonly unknown[] = Array.isArray(settings['branches'])
    ? settings['branches']
    : [];
  const { pruning } = settings;
  const owners: (readonly [string, unknown])[] = [
    ['dataset', settings['dataset']],
    ['initializer', settings['initializer']],
    ['pruning.strategy', isPlainObject(pruning) ? pruning['strategy'] : undefined],
    ...branches.flatMap((branch, index): (readonly [string, unknown])[] => [
      [`branches.${index}`, branch],
      [`branches.${index}.dataset`, isPlainObject(branch) ? branch['dataset'] : undefined],
    ]),
  ];
  return owners.flatMap(([owner, choice]) =>
    Object.entries(isPlainObject(choice) ? choice : {}).flatMap(([name, value]) =>
      NAME_OF_PATH.test(name) && typeof value === 'string' && value !== ''
        ? [{ setting: `${owner}.${name}`, file: absolutePath(value) }]
        : [],
    ),
  );
}
