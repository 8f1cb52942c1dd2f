/**
 * One step from a schema version to the next. Once released, it never changes; new steps follow it.
 * A migration that drops or renames what the view `search_rows` reads must drop the view first and
 * create it again.
 */
export interface Migration {
  /** Names the migration in the error if it fails. */
  readonly name: string;
  readonly sql: string;
  /**
   * Tables whose rows it writes, deletes or copies, by their names afterwards: references from and to them
   * are checked. Default: none, because it only adds tables and columns.
   */
  readonly changes?: readonly string[];
}
