/** What the search field needs once something is written in it; loaded then. */
export { complete, valuesWanted, withSuggestion } from '../../../shared/history/completion.ts';
export { parseFilter } from '../../../shared/history/filter.ts';
