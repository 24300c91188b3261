/** What other services need to verify access tokens: the public keys (RFC 7517) and the list of withdrawn tokens. */
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

/** Short, so that a cache on the way does not hide a forced key for long. */
export const KEYS_MAX_AGE_SECONDS = 60

/** The list is public and costs a query and up to 1 MB of JSON, so it is cached for this time. */
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
      // `text` is the JSON of WithdrawnView.
      return reply.send(text as never)
    })
  }
}
