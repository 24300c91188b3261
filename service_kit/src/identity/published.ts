/**
 * Documents that auth_service publishes and other services cache: fetched from any replica, with limits of time and size,
 * and saved in a file for the next start.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { retryAfterMs } from '@shop/retry/backoff'
import type { Cancel, Runtime } from '../runtime/runtime.ts'

const DEADLINE_MS = 2_000
/** Ten times the largest document, the list of withdrawn tokens. */
export const PUBLISHED_BYTES_MAX = 8 * 1024 * 1024

export type Published = { readonly value: unknown; readonly etag: string | undefined }

export type PublishedRuntime = Pick<Runtime, 'now' | 'monotonic' | 'sleep' | 'after' | 'deadline' | 'random'>

/**
 * Asks `urls` in their order until one answers. Undefined if the document is still the one of `etag`. Rejects with the error
 * of the last one.
 */
export async function fetchPublished(
  urls: readonly string[],
  { now, deadline }: Pick<Runtime, 'now' | 'deadline'>,
  isGood: (value: unknown) => boolean,
  etag?: string,
): Promise<Published | undefined> {
  let failure: unknown
  for (const url of urls) {
    try {
      const answer = await fetch(url, {
        signal: deadline(DEADLINE_MS),
        redirect: 'error',
        headers: etag === undefined ? {} : { 'if-none-match': etag },
      })
      const text = await bodyOf(answer, url, now)
      if (text === undefined) return undefined
      const value: unknown = JSON.parse(text)
      if (!isGood(value)) throw new Error(`${url} answered with something else`)
      return { value, etag: answer.headers.get('etag') ?? undefined }
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

/** Undefined for 304. A body that is not read is cancelled, because it would occupy its connection. */
async function bodyOf(answer: Response, url: string, now: Runtime['now']): Promise<string | undefined> {
  if (!answer.ok) {
    await answer.body?.cancel()
    if (answer.status === 304) return undefined
    throw Object.assign(new Error(`${url} answered ${answer.status}`), {
      retryAfterMs: retryAfterMs(answer.headers.get('retry-after'), now().getTime()),
    })
  }
  const decoder = new TextDecoder()
  let bytes = 0
  let text = ''
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.byteLength
    // Throwing here cancels the rest of the body.
    if (bytes > PUBLISHED_BYTES_MAX)
      throw new Error(`${url} answered with more than ${PUBLISHED_BYTES_MAX} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/**
 * Runs `refresh` in the background, at once and `waitMs()` after each run. The result stops it, also while a refresh is under
 * way.
 */
export function refreshRepeatedly(
  { after }: Pick<Runtime, 'after'>,
  refresh: () => Promise<void>,
  waitMs: () => number,
): Cancel {
  let stopped = false
  const run = async () => {
    await refresh()
    if (!stopped) cancel = after(waitMs(), run, { background: true })
  }
  let cancel = after(0, run, { background: true })
  return () => {
    stopped = true
    cancel()
  }
}

export function readCache(file: string, isGood: (value: unknown) => boolean): unknown {
  try {
    const cached: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return isGood(cached) ? cached : undefined
  } catch {
    return undefined
  }
}

/**
 * Writes a temporary file and renames it, so that no reader sees half a file. If the disk is full or read-only, there is no
 * cache, and the temporary file is removed.
 */
export function writeCache(file: string, text: string): void {
  const temporary = `${file}.${process.pid}`
  try {
    writeFileSync(temporary, text, { mode: 0o600 })
    renameSync(temporary, file)
  } catch {
    try {
      rmSync(temporary, { force: true })
    } catch {}
  }
}
