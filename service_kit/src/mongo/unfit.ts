/** Why a database is not used. Without the driver, which a shop on SQLite does not load. */

/** The server answers and cannot be used; `message` says what to do. */
export class UnfitServer extends Error {}

/** A program that may not make the database found none. */
export class NoDatabase extends UnfitServer {
  constructor(database: string, service: string) {
    super(
      `There is no database ${database} on this server: ${service} was never started with it. See that DATABASE_URL names the right server.`,
    )
  }
}

/** The data cannot be used now; `message` says what to do. It is checked again, because an operator or a command may change that. */
export class UnfitStore extends Error {}
