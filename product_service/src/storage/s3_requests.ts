/**
 * Signed requests to an S3-compatible store.
 *
 * Invariants
 *  1. A request ends within S3_WHOLE_MS, waiting included: at most S3_ATTEMPTS attempts of S3_ATTEMPT_MS, and only after failures that
 *     may pass. Every request is safe to repeat: a key is written with the same bytes, or removed.
 *  2. At most S3_AT_ONCE are under way, and S3_WAITING_MAX wait. The rest fail at once.
 *  3. After a request failed for good because the store is down, others fail at once for S3_REST_MS: pages must not wait for it.
 *  4. What is sent is signed with its SHA-256, so the store refuses bytes that were changed on the way.
 */
import { createHash } from 'node:crypto'
import { retryAfterMs } from '@shop/retry/backoff'
import { retry } from '@shop/retry/retry'
import { createConcurrencyLimiter } from '@shop/service_kit/runtime/concurrency_limiter'
import { reasonOf } from '@shop/service_kit/runtime/reason'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { AwsV4Signer } from 'aws4fetch'
import { failureOf, S3Failure } from './s3_answers.ts'

export const S3_ATTEMPTS = 3
export const S3_ATTEMPT_MS = 4_000
export const S3_WHOLE_MS = 10_000
export const S3_AT_ONCE = 32
export const S3_WAITING_MAX = 64
export const S3_REST_MS = 2_000
const S3_WAIT_MS = 3_000
const BACKOFF = { firstMs: 100, maxMs: 1_000 }
/** No answer is as long: a rendition has at most 6 MiB, a list 1,000 names. */
export const S3_ANSWER_BYTES_MAX = 8 * 1024 * 1024

export type S3Request = {
  readonly method: 'GET' | 'PUT' | 'DELETE'
  /** The key below the bucket, not encoded. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}
export type S3Answer = { readonly headers: Headers; readonly body: Buffer }

export type S3Options = {
  /** The address of the bucket. */
  readonly bucket: string
  readonly region: string
  readonly keyId: string
  readonly secret: string
  readonly runtime: Pick<Runtime, 'now' | 'monotonic' | 'after' | 'random' | 'sleep'>
  /** For tests. */
  readonly limits?: { readonly attemptMs?: number; readonly wholeMs?: number; readonly restMs?: number }
}

/** Resolves undefined if there is no such key. Fails with S3Failure. `use` checks the answer; what it throws may be repeated, too. */
export type AskS3 = <T>(request: S3Request, use: (answer: S3Answer) => T) => Promise<T | undefined>

const MISSING = 404
export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

export function createS3Requests({ bucket, region, keyId, secret, runtime, limits = {} }: S3Options): AskS3 {
  const { attemptMs = S3_ATTEMPT_MS, wholeMs = S3_WHOLE_MS, restMs = S3_REST_MS } = limits
  const limiter = createConcurrencyLimiter({
    runtime,
    what: 'files of pictures',
    concurrency: S3_AT_ONCE,
    queueMax: S3_WAITING_MAX,
    waitMs: Math.min(S3_WAIT_MS, wholeMs),
  })
  let restsUntil = Number.NEGATIVE_INFINITY

  const signed = async ({ method, path, query = {}, headers = {}, body = new Uint8Array() }: S3Request) => {
    const url = new URL(`${bucket}/${path.split('/').map(encodeURIComponent).join('/')}`)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    const signer = new AwsV4Signer({
      ...{ method, url: url.href, region, service: 's3', accessKeyId: keyId, secretAccessKey: secret },
      headers: { ...headers, 'x-amz-content-sha256': sha256(body) },
      datetime: runtime
        .now()
        .toISOString()
        .replaceAll(/[:-]|\.\d{3}/g, ''),
    })
    return signer.sign()
  }

  const attempt = async <T>(request: S3Request, use: (answer: S3Answer) => T, whole: AbortSignal) => {
    const timer = new AbortController()
    const cancel = runtime.after(attemptMs, () =>
      timer.abort(new S3Failure('it did not answer in time', true)),
    )
    const signal = AbortSignal.any([timer.signal, whole])
    try {
      const { url, headers, method } = await signed(request)
      const answer = await fetch(url, {
        ...{ method, headers, signal, redirect: 'manual' },
        ...(request.body ? { body: request.body as NonNullable<RequestInit['body']> } : {}),
      })
      const body = await wholeOf(answer)
      if (answer.ok) return use({ headers: answer.headers, body })
      const failure = failureOf(
        answer.status,
        body.toString(),
        retryAfterMs(answer.headers.get('retry-after'), runtime.now().getTime()),
      )
      if (answer.status === MISSING && /<Code>NoSuchKey<|^$/.test(body.toString())) return undefined
      throw failure
    } catch (error) {
      if (error instanceof S3Failure) throw error
      if (signal.aborted && signal.reason instanceof S3Failure) throw signal.reason
      throw new S3Failure(reasonOf((error as Error).cause ?? error), true, { cause: error })
    } finally {
      cancel()
    }
  }

  return async (request, use) => {
    if (runtime.monotonic() < restsUntil) throw new S3Failure('it did not answer a moment ago', true)
    const whole = new AbortController()
    const cancel = runtime.after(wholeMs, () => whole.abort(new S3Failure('it did not answer in time', true)))
    try {
      return await limiter.run(() =>
        retry(() => attempt(request, use, whole.signal), {
          ...BACKOFF,
          attempts: S3_ATTEMPTS,
          signal: whole.signal,
          random: runtime.random,
          sleep: runtime.sleep,
          repeatAfter: (error) => (error instanceof S3Failure && error.retryable ? error.afterMs : undefined),
        }),
      )
    } catch (error) {
      if (error instanceof S3Failure && error.retryable) restsUntil = runtime.monotonic() + restMs
      throw error
    } finally {
      cancel()
    }
  }
}

async function wholeOf(answer: Response): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of answer.body ?? []) {
    pieces.push(piece)
    bytes += piece.length
    if (bytes > S3_ANSWER_BYTES_MAX) throw new S3Failure('its answer is too long', false)
  }
  const length = answer.headers.get('content-length')
  if (length !== null && answer.headers.get('content-encoding') === null && Number(length) !== bytes)
    throw new S3Failure('its answer was cut off', true)
  return Buffer.concat(pieces)
}
