/**
 * One step from a schema version to the next. Once released, it never changes; new steps follow it.
 * A migration that drops or renames what the view `search_rows` reads must drop the view first and
 * create it again.
 */
export interface Migration {
  /** Names the migration in the error if it fails. */
  readonly name: string;
  readonly sql: string;
}
