/**
 * The mailbox of development: every mail that is sent to its SMTP server can be read on a page.
 *
 * Promises
 *  1. Only this machine reaches it, and only under a name of this machine: mails have links by which passwords are set, so no page of
 *     another host may read them, whatever DNS says of it.
 *  2. The HTML of a message runs no script, loads nothing and sends no form (FRAMED).
 */
import { createHash } from 'node:crypto'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Message, Messages } from './messages.ts'
import { framedHtml, listPage, messagePage, STYLE } from './pages.ts'

const NAMES = ['127.0.0.1', 'localhost', '[::1]']
const STYLE_HASH = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`
const PAGE = `default-src 'none'; style-src ${STYLE_HASH}; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
const FRAMED =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
const HTML = 'text/html; charset=utf-8'

export function createMailbox(messages: Messages): FastifyInstance {
  const app = Fastify({ logger: false, forceCloseConnections: true })

  app.addHook('onRequest', async ({ headers: { host = '' } }, reply) => {
    reply.headers({
      'cache-control': 'no-store',
      'content-security-policy': PAGE,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    })
    if (!NAMES.includes(host.replace(/:\d+$/, '')))
      return reply.code(421).type('text/plain').send('Ask for this page by the name localhost.\n')
  })
  for (const path of ['/healthz', '/readyz'])
    app.get(path, async () => ({ service: 'mailbox', status: 'ok' }))

  app.get('/', async (_request, reply) => reply.type(HTML).send(listPage(messages.list())))
  // For tests.
  app.get('/messages', async () => ({
    messages: messages.list().map(({ source: _source, ...fields }) => fields),
  }))

  const of = (
    path: string,
    answer: (message: Message) => readonly [type: string, body: string, csp?: string],
  ) =>
    app.get<{ Params: { id: string } }>(path, async ({ params: { id } }, reply) => {
      const message = messages.find(Number(id))
      if (!message) return reply.code(404).type('text/plain').send('This mail is not here any more.\n')
      const [type, body, csp = PAGE] = answer(message)
      return reply.header('content-security-policy', csp).type(type).send(body)
    })
  of('/messages/:id', (message) => [HTML, messagePage(message)])
  of('/messages/:id/html', ({ html = '' }) => [HTML, framedHtml(html), FRAMED])
  of('/messages/:id/source', ({ source }) => ['text/plain; charset=utf-8', source])
  return app
}
