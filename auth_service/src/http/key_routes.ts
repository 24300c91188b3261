/** What other services verify access tokens with: the public keys (RFC 7517), and which tokens were withdrawn. */
import { createHash } from 'node:crypto'
import type { App } from '@shop/service_kit/http/app_types'
import { empty } from '@shop/service_kit/http/empty'
import { WITHDRAWN_MAX, WITHDRAWN_PATH } from '@shop/service_kit/identity/withdrawn_tokens'
import type { Static } from '@shop/service_kit/runtime/schema_types'
import type { UserStore } from '../domain/ports.ts'
import { withdrawals } from '../domain/withdrawals.ts'
import {
  getKeysOperation,
  getWithdrawnTokensOperation,
  type KeySetView,
  withdrawnView,
} from './key_schemas.ts'

/** Short, so that a cache in between does not hide a key that was made in a hurry. */
export const KEYS_MAX_AGE_SECONDS = 60

/** The list costs a query and up to a megabyte of JSON, and anybody may ask: asked for again within this, it is the same. */
export const WITHDRAWN_CACHE_MS = 500

export type KeyRoutesDeps = {
  readonly keySet: () => Promise<Static<typeof KeySetView>>
  readonly users: UserStore
  readonly now: () => Date
}

type PublishedList = { readonly text: string; readonly etag: string }

export function keyRoutes({ keySet, users, now }: KeyRoutesDeps) {
  let cached: { readonly at: number; readonly list: Promise<PublishedList> } | undefined

  const publishedList = (): Promise<PublishedList> => {
    const at = now().getTime()
    if (cached && Math.abs(at - cached.at) < WITHDRAWN_CACHE_MS) return cached.list
    const list = withdrawals(users, now(), WITHDRAWN_MAX).then((accounts) => {
      const text = JSON.stringify(withdrawnView(accounts))
      return { text, etag: `"${createHash('sha256').update(text).digest('base64url')}"` }
    })
    const mine = { at, list }
    cached = mine
    list.catch(() => {
      if (cached === mine) cached = undefined
    })
    return list
  }

  return async (app: App) => {
    app.get('/.well-known/jwks.json', getKeysOperation, async (_request, reply) => {
      const keys = await keySet()
      reply.header('cache-control', `public, max-age=${KEYS_MAX_AGE_SECONDS}`)
      return keys
    })

    app.get(WITHDRAWN_PATH, getWithdrawnTokensOperation, async (request, reply) => {
      const { text, etag } = await publishedList()
      reply.headers({
        etag,
        'cache-control': 'no-cache',
        'content-type': 'application/json; charset=utf-8',
      })
      if (request.headers['if-none-match'] === etag) return empty(reply, 304)
      // Already the JSON of WithdrawnView.
      return reply.send(text as never)
    })
  }
}
