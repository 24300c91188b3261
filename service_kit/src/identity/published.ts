/**
 * Documents that auth_service publishes and other services keep: fetched from one replica or another, bounded in time
 * and size, and kept in a file across restarts.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { retryAfterMs } from '@shop/retry/backoff'
import type { Cancel, Runtime } from '../runtime/runtime.ts'

const DEADLINE_MS = 2_000
/** Ten times the largest there is: the list of withdrawn tokens. */
export const PUBLISHED_BYTES_MAX = 8 * 1024 * 1024

export type Published = { readonly value: unknown; readonly etag: string | undefined }

/** What is needed to follow what is published. */
export type PublishedRuntime = Pick<Runtime, 'now' | 'monotonic' | 'sleep' | 'after' | 'deadline' | 'random'>

/** From the first that has it; undefined when it is still what `etag` names. Fails as the last one did. */
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

/** Undefined for 304. What is not read is let go, since it would keep its connection. */
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
    // Leaving the loop cancels the rest.
    if (bytes > PUBLISHED_BYTES_MAX)
      throw new Error(`${url} answered with more than ${PUBLISHED_BYTES_MAX} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/**
 * Runs `refresh` at once, and again `waitMs()` after each end of it, in the background. Returns what stops it for good,
 * also while a refresh is under way.
 */
export function keepFresh(
  { after }: Pick<Runtime, 'after'>,
  refresh: () => Promise<void>,
  waitMs: () => number,
): Cancel {
  let stopped = false
  const look = async () => {
    await refresh()
    if (!stopped) cancel = after(waitMs(), look, { background: true })
  }
  let cancel = after(0, look, { background: true })
  return () => {
    stopped = true
    cancel()
  }
}

export function readKept(file: string, isGood: (value: unknown) => boolean): unknown {
  try {
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return isGood(kept) ? kept : undefined
  } catch {
    return undefined
  }
}

/**
 * Written beside and renamed, so a reader never sees half a file. A disk that is full or read-only only costs the
 * cache, and has nothing unfinished left on it.
 */
export function keep(file: string, text: string): void {
  const beside = `${file}.${process.pid}`
  try {
    writeFileSync(beside, text, { mode: 0o600 })
    renameSync(beside, file)
  } catch {
    try {
      rmSync(beside, { force: true })
    } catch {}
  }
}
