/** One step from a schema version to the next. Once released it is never changed, only followed. */
export interface Migration {
  /** What it does, for the error if it fails. */
  readonly name: string;
  readonly sql: string;
}
