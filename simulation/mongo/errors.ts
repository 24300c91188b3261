/** Errors that the server answers with, and the error of a model that is asked for what it does not know. */

/** The model does not know this operator, option or command. Never ignored: a simulation that guesses proves nothing. */
export class NotModelled extends Error {
  constructor(what: string) {
    super(`The model of MongoDB does not know ${what}.`)
  }
}

/** An answer `ok: 0`. */
export class ServerFault extends Error {
  readonly code: number
  readonly codeName: string
  readonly labels: readonly string[]
  /** More fields of the answer. */
  readonly more: Readonly<Record<string, unknown>>

  constructor(
    code: number,
    codeName: string,
    message: string,
    { labels = [], ...more }: { readonly labels?: readonly string[]; readonly [name: string]: unknown } = {},
  ) {
    super(message)
    this.code = code
    this.codeName = codeName
    this.labels = labels
    this.more = more
  }
}

const TRANSIENT = { labels: ['TransientTransactionError'] }

export const writeConflict = () =>
  new ServerFault(
    112,
    'WriteConflict',
    'Write conflict during plan execution and yielding is disabled.',
    TRANSIENT,
  )

export const noSuchTransaction = () =>
  new ServerFault(
    251,
    'NoSuchTransaction',
    'Given transaction number does not match any in-progress transactions.',
    TRANSIENT,
  )

export const notPrimary = () => new ServerFault(10107, 'NotWritablePrimary', 'not primary')

export const interrupted = () =>
  new ServerFault(11602, 'InterruptedDueToReplStateChange', 'operation was interrupted')
