/**
 * One step from a schema version to the next. Once released it is never changed, only followed. One
 * that drops or renames what the view `search_rows` reads drops the view first and creates it again.
 */
export interface Migration {
  /** What it does, for the error if it fails. */
  readonly name: string;
  readonly sql: string;
}
