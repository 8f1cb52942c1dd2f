import { registries } from '../../../../src/main/workbench/settings/registries.ts';
import { parseSettings } from '../../../../src/shared/domain/settings.ts';
import { temporaryFolders } from '../../engine/datasets/idx-writer.ts';
import { conformSettings } from './conform-settings.ts';
import { exampleSearches } from './searches.ts';

/** Text that JSON would make something else of, or a shell. */
const AWKWARD = ['2024', 'true', 'null', '"quoted"', "it's", '$HOME `x` \\', 'a b=c'].map(
  (prefix) =>
    parseSettings(registries, { dataset: { id: 'idx', folder: '/data', prefix, validation: 20 } }),
);

const { entries, combinations } = exampleSearches(temporaryFolders());
conformSettings([...entries, ...combinations], AWKWARD);
