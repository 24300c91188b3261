/**
 * The built pages. Files below /assets carry a hash in their name and never change; the page itself is asked for
 * every time, so a new release is seen at once. Every address without a file is the page: it knows the way itself.
 */
import { readdirSync } from 'node:fs'
import fastifyStatic from '@fastify/static'
import type { App } from '@shop/service_kit/http_app'
import { Problem } from '@shop/service_kit/problem'
import type { FastifyReply, FastifyRequest } from 'fastify'

const PAGE = 'index.html'
const COMPRESSED = /\.(br|gz)$/
const FOREVER = { maxAge: '1y', immutable: true }
const ASK_AGAIN = { maxAge: 0 }

export function pageRoutes(folder: string) {
  const rootFiles = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== PAGE && !COMPRESSED.test(entry.name))
    .map(({ name }) => name)

  return async (app: App) => {
    await app.register(fastifyStatic, { root: folder, serve: false, preCompressed: true, etag: true })
    const options = { config: { access: 'public' }, schema: { hide: true } } as const

    app.get('/assets/*', options, async (request, reply) => {
      const { '*': file } = request.params as { '*': string }
      return reply.sendFile(`assets/${file}`, FOREVER)
    })
    for (const file of rootFiles) {
      app.get(`/${file}`, options, async (_request, reply) => reply.sendFile(file, { maxAge: '1h' }))
    }
    const page = async (request: FastifyRequest, reply: FastifyReply) => {
      if (request.url.startsWith('/api/') || !wantsPage(request)) {
        throw new Problem('route_not_found', `There is nothing at ${request.url}.`)
      }
      return reply.sendFile(PAGE, ASK_AGAIN)
    }
    app.get('/', options, page)
    app.get('/*', options, page)
  }
}

/** A visitor going somewhere, or a program that takes anything; not a page asking for a file that is gone. */
function wantsPage({ headers: { accept = '*/*' }, url }: FastifyRequest): boolean {
  if (accept.includes('text/html')) return true
  return accept.includes('*/*') && !/\.\w+(\?|$)/.test(url)
}
