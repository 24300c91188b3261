/**
 * One HTTP request to a receiver.
 *
 * Promises
 *  1. Only https, and only a public address is connected to: that which was looked up and checked, so an answer of DNS that changes
 *     afterwards does not matter. If one of the addresses of a name is not public, none is called.
 *  2. Redirects are not followed.
 *  3. It ends within ATTEMPT_MS, whatever the receiver does: looking up, connecting, sending, waiting for the status and reading.
 *  4. At most BODY_BYTES_MAX of the answer are read, and of a success nothing.
 */
import { lookup as lookUpHost } from 'node:dns/promises'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import {
  ATTEMPT_MS,
  type CallWebhook,
  RETRY_AFTER_MAX_MS,
  type Sent,
  type WebhookCall,
} from '../domain/webhook.ts'
import { isPublicAddress } from './public_addresses.ts'
import { type Address, createPublicLookUp, type LookUp } from './public_names.ts'

export const BODY_BYTES_MAX = 1_024
const ERROR_LENGTH_MAX = 300

export type WebhookCallerOptions = {
  readonly runtime: Pick<Runtime, 'after' | 'monotonic' | 'now'>
  /** For development and tests: http, and addresses that are not public. */
  readonly allowPrivate?: boolean
  /** Tests give another one. */
  readonly lookUp?: LookUp
  readonly attemptMs?: number
}

/** A sentence, or undefined. What a name resolves to is checked when it is called. */
export function faultOfUrl(text: string, allowPrivate: boolean): string | undefined {
  const url = URL.parse(text)
  if (!url) return 'must be an address such as https://example.com/hooks'
  if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:'))
    return 'must begin with https://'
  if (url.username !== '' || url.password !== '') return 'must not have a name or a password in it'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (!allowPrivate && isIP(host) !== 0 && !isPublicAddress(host)) return 'must not be a private address'
  return undefined
}

/** For development: it knows names of this machine, too. */
const lookUpHere: LookUp = (host) => lookUpHost(host, { all: true })

export function createWebhookCaller({
  runtime,
  allowPrivate = false,
  lookUp = allowPrivate ? lookUpHere : createPublicLookUp(),
  attemptMs = ATTEMPT_MS,
}: WebhookCallerOptions): CallWebhook {
  /** The address to connect to. */
  const checked = async (hostname: string, signal: AbortSignal): Promise<Address> => {
    const host = hostname.replace(/^\[|\]$/g, '')
    const family = isIP(host)
    const found = family === 0 ? await lookUp(host, signal) : [{ address: host, family }]
    if (found.length === 0) throw new Error('The name has no address.')
    if (!allowPrivate && !found.every(({ address }) => isPublicAddress(address)))
      throw new Error('The name has an address that is not public.')
    return found[0]!
  }

  const send = async ({ url: text, headers, body }: WebhookCall, signal: AbortSignal): Promise<Sent> => {
    const fault = faultOfUrl(text, allowPrivate)
    if (fault !== undefined) throw new Error(`The address ${fault}.`)
    const url = new URL(text)
    const { address, family } = await abortable(checked(url.hostname, signal), signal)
    const lookup: LookupFunction = (_host, options, done) => {
      if (options.all) done(null, [{ address, family }])
      else done(null, address, family)
    }
    const request = url.protocol === 'https:' ? requestHttps : requestHttp
    return new Promise<Sent>((resolve, reject) => {
      const outgoing = request(url, {
        ...{ method: 'POST', agent: false, signal, lookup },
        headers: { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' },
      })
      // Of a connection that fails after the status the status counts: 410 and Retry-After are obeyed.
      let answered = false
      outgoing.on('error', (error) => answered || reject(error))
      outgoing.once('close', () => answered || reject(new Error('The connection ended without an answer.')))
      outgoing.once('response', async (response) => {
        answered = true
        const { statusCode: status = 0 } = response
        const retryAfterMs = retryAfter(response.headers['retry-after'], runtime.now())
        const text = status >= 200 && status < 300 ? undefined : await beginning(response).catch(() => '')
        response.destroy()
        const error = text === undefined ? undefined : `answered ${status}${text === '' ? '' : `: ${text}`}`
        resolve({ status, error: error?.slice(0, ERROR_LENGTH_MAX), retryAfterMs })
      })
      outgoing.end(body)
    })
  }

  return async (call) => {
    const startedAt = runtime.monotonic()
    const controller = new AbortController()
    const late = new Error(`There was no answer within ${attemptMs / 1_000} s.`)
    const cancel = runtime.after(attemptMs, () => controller.abort(late))
    const took = () => Math.round(runtime.monotonic() - startedAt)
    try {
      const sent = await abortable(send(call, controller.signal), controller.signal)
      return { ...sent, durationMs: took() }
    } catch (error) {
      const cause = controller.signal.aborted ? late : (error as Error)
      const reason = cause.message || (cause as NodeJS.ErrnoException).code || cause.name
      return {
        ...{ status: undefined, retryAfterMs: undefined, durationMs: took() },
        error: reason.slice(0, ERROR_LENGTH_MAX),
      }
    } finally {
      cancel()
    }
  }
}

function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    if (signal.aborted) reject(signal.reason)
    work.then(resolve, reject)
  })
}

async function beginning(response: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of response) {
    parts.push(part)
    bytes += part.length
    if (bytes >= BODY_BYTES_MAX) break
  }
  return Buffer.concat(parts).subarray(0, BODY_BYTES_MAX).toString('utf8').replace(/\s+/g, ' ').trim()
}

function retryAfter(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now.getTime()
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), RETRY_AFTER_MAX_MS)
}
