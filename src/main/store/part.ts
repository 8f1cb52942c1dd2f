import type { Connection } from './connection.ts';

/** A part of the store: the queries about one subject, on the connection that all parts share. */
export abstract class StorePart {
  protected readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }
}
