/** HTTP requests with two outcomes: an answer, or no answer. */

/** Generous: a machine that runs other tests too must not fail ours. */
const ANSWER_MS = 60_000

export type Json = Record<string, unknown>

export type Answer<T = Json> = {
  readonly status: number
  readonly headers: Headers
  readonly body: T
}

export type Request = {
  readonly token?: string
  readonly key?: string
  readonly body?: Json
  readonly headers?: Record<string, string>
  readonly deadlineMs?: number
}

/** The connection was refused or broken, or the deadline passed: it is unknown what the server did. */
export class NoAnswer extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'NoAnswer'
  }
}

/** `call`, or one that records what it does (tests/history/recorder.ts). */
export type Call = <T = Json>(method: string, url: string, request?: Request) => Promise<Answer<T>>

/** One request, never repeated. Fails with NoAnswer only. */
export async function call<T = Json>(
  method: string,
  url: string,
  { token, key, body, headers, deadlineMs = ANSWER_MS }: Request = {},
): Promise<Answer<T>> {
  try {
    const response = await fetch(url, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(deadlineMs),
      redirect: 'error',
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? {} : JSON.parse(text)) as T,
    }
  } catch (error) {
    throw new NoAnswer(`${method} ${url}: ${(error as Error).message}`, { cause: error })
  }
}

/** The body of the answer; fails with the answer if its status is another. */
export function expectStatus<T>(answer: Answer<T>, ...statuses: number[]): T {
  if (statuses.includes(answer.status)) return answer.body
  throw new Error(
    `Expected ${statuses.join(' or ')}, got ${answer.status}: ${JSON.stringify(answer.body).slice(0, 1000)}`,
  )
}
