/**
 * Sends events to the one webhook endpoint, signed as the real ones are, until it answers 2xx. The pauses grow; after
 * ATTEMPTS_MAX attempts an event is given up.
 */
import { createHmac } from 'node:crypto'
import type { Cancel, Runtime } from '@shop/service_kit/runtime/runtime'
import type { Objects, Stored } from './objects.ts'

export const ATTEMPTS_MAX = 10
const PAUSE_MS = { first: 1_000, max: 60_000 }
const TIMEOUT_MS = 10_000
const LOOK_EVERY_MS = 250

export type Endpoint = { readonly url: string; readonly secret: string }

/** The value of the header Stripe-Signature. */
export function signatureOf(payload: string, secret: string, seconds: number): string {
  const digest = createHmac('sha256', secret).update(`${seconds}.${payload}`).digest('hex')
  return `t=${seconds},v1=${digest}`
}

export type Webhooks = {
  /** Sends what is due now. */
  send(): Promise<void>
  stop(): Promise<void>
}

export function startWebhooks(
  objects: Objects,
  endpoint: () => Endpoint | undefined,
  runtime: Pick<Runtime, 'now' | 'deadline' | 'after'>,
): Webhooks {
  let cancel: Cancel | undefined
  let running: Promise<void> | undefined
  let isStopped = false

  const post = async ({ url, secret }: Endpoint, event: Stored): Promise<boolean> => {
    const payload = JSON.stringify(event)
    const seconds = Math.floor(runtime.now().getTime() / 1000)
    const headers = {
      'content-type': 'application/json',
      'stripe-signature': signatureOf(payload, secret, seconds),
    }
    try {
      const signal = runtime.deadline(TIMEOUT_MS)
      const answer = await fetch(url, { method: 'POST', body: payload, headers, signal })
      await answer.body?.cancel()
      return answer.ok
    } catch {
      return false
    }
  }

  const round = async () => {
    const to = endpoint()
    if (!to) return
    for (const { id, event, attempts } of objects.deliveriesDue(runtime.now().getTime())) {
      if (isStopped) return
      const arrived = await post(to, objects.find('event', event)!)
      if (arrived || attempts + 1 >= ATTEMPTS_MAX) objects.delivered(id)
      else {
        const pause = Math.min(PAUSE_MS.first * 2 ** attempts, PAUSE_MS.max)
        objects.postpone(id, runtime.now().getTime() + pause, attempts + 1)
      }
    }
  }

  const send = () => {
    running ??= round().finally(() => {
      running = undefined
    })
    return running
  }
  const plan = () => {
    cancel = runtime.after(LOOK_EVERY_MS, () => void send().finally(() => isStopped || plan()), {
      background: true,
    })
  }
  plan()
  return {
    send,
    async stop() {
      isStopped = true
      cancel?.()
      await running
    },
  }
}
