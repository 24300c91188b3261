/** What an S3-compatible store answers, and why a request failed. */

/** `retryable`: the same request may succeed a moment later. */
export class S3Failure extends Error {
  readonly retryable: boolean
  /** From `Retry-After`. */
  readonly afterMs: number

  constructor(message: string, retryable: boolean, options: ErrorOptions & { afterMs?: number } = {}) {
    super(message, options)
    this.retryable = retryable
    this.afterMs = options.afterMs ?? 0
  }
}

/** Codes of 4xx answers that end by themselves. */
const PASSING = new Set(['RequestTimeout', 'OperationAborted', 'SlowDown', 'Throttling'])
const HINTS: Readonly<Record<string, string>> = {
  AccessDenied: 'the key may not do this',
  InvalidAccessKeyId: 'the store does not know MEDIA_ACCESS_KEY_ID',
  SignatureDoesNotMatch: 'MEDIA_SECRET_ACCESS_KEY is not that of the key',
  AuthorizationHeaderMalformed: 'MEDIA_REGION is not that of the bucket',
  PermanentRedirect: 'MEDIA_REGION is not that of the bucket',
  RequestTimeTooSkewed: 'the clock of this machine is wrong',
  NoSuchBucket: 'there is no such bucket',
}

/** The failure that an answer with an error status stands for. */
export function failureOf(status: number, text: string, afterMs = 0): S3Failure {
  const code = /<Code>([A-Za-z]+)<\/Code>/.exec(text)?.[1]
  const hint = code === undefined ? undefined : HINTS[code]
  const what = [`it answered ${status}`, code, hint && `(${hint})`].filter((each) => each).join(' ')
  return new S3Failure(what, status >= 500 || status === 429 || PASSING.has(code ?? ''), { afterMs })
}

export type Listing = {
  readonly keys: readonly string[]
  readonly prefixes: readonly string[]
  /** The token of the next page. */
  readonly next: string | undefined
}

/** A page of ListObjectsV2 with `encoding-type=url`. */
export function listingIn(text: string): Listing {
  if (!/<ListBucketResult[\s>]/.test(text) || !/<\/ListBucketResult>\s*$/.test(text)) {
    throw new S3Failure('its answer is no list of files', true)
  }
  const all = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, name]) => decoded(name!))
  const next = /<NextContinuationToken>([^<]+)</.exec(text)?.[1]
  const isTruncated = /<IsTruncated>\s*true\s*</.test(text)
  if (isTruncated && next === undefined) throw new S3Failure('its list has no next page', false)
  return {
    keys: all(/<Key>([^<]*)<\/Key>/g),
    prefixes: all(/<CommonPrefixes>\s*<Prefix>([^<]*)<\/Prefix>/g),
    next: isTruncated ? unescaped(next!) : undefined,
  }
}

const decoded = (name: string): string => decodeURIComponent(unescaped(name).replaceAll('+', ' '))
const unescaped = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#34;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
