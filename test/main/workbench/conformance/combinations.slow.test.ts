import { temporaryFolders } from '../../engine/datasets/idx-writer.ts';
import { conform } from './conform.ts';
import { exampleSearches } from './searches.ts';

conform(exampleSearches(temporaryFolders()).combinations);
