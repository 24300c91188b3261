/** The routes of the API, as the official client calls them. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ApiError } from './api_errors.ts'
import { API_VERSION } from './bank.ts'
import { type Form, readForm } from './form.ts'
import { type Answer, createIdempotency } from './idempotency.ts'
import type { Provider } from './provider.ts'

type Handler = (id: string, form: Form) => object

export type ApiRoutesDeps = {
  readonly provider: Provider
  readonly secretKey: string
  readonly sleep: (ms: number) => Promise<void>
  readonly random: () => number
}

export function apiRoutes(app: FastifyInstance, { provider, secretKey, sleep, random }: ApiRoutesDeps): void {
  const { bank, intents, sessions, refunds, isOpen, settle, expanded, get, list } = provider
  const idempotency = createIdempotency(bank)

  const answerOf = (work: () => object): Answer => {
    try {
      return { status: 200, body: JSON.stringify(work()) }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.isForgotten) throw error
      return { status: error.status, body: JSON.stringify(error.body) }
    }
  }
  const authenticate = (request: FastifyRequest) => {
    if (request.headers.authorization === `Bearer ${secretKey}`) return
    throw new ApiError(401, 'invalid_request_error', 'Invalid API Key provided: sk_test_***', {}, true)
  }
  const send = (reply: FastifyReply, { status, body, replayed }: Answer) => {
    reply.header('request-id', `req_${String(reply.request.id).replaceAll('-', '')}`)
    reply.header('stripe-version', API_VERSION)
    if (replayed) reply.header('idempotent-replayed', 'true')
    return reply.code(status).type('application/json').send(body)
  }
  /** The answer, unless it is to be lost. */
  const deliver = (reply: FastifyReply, answer: Answer) => {
    if (!bank.happens(bank.knobs().lost_answers)) return send(reply, answer)
    reply.hijack()
    reply.raw.socket?.destroy()
    return reply
  }
  const apply = (key: string | undefined, fingerprint: string, work: () => object): Answer =>
    bank.objects.transact(() => {
      settle()
      const answer = answerOf(work)
      const failed = bank.happens(bank.knobs().errors_after)
      const given = failed ? { status: 500, body: JSON.stringify(broken().body) } : answer
      if (key !== undefined) idempotency.remember(key, fingerprint, given)
      return given
    })

  const respond = (handler: Handler) => async (request: FastifyRequest, reply: FastifyReply) => {
    const isPost = request.method === 'POST'
    const key = isPost ? (request.headers['idempotency-key'] as string | undefined) : undefined
    let begun = false
    const pause = async () => {
      const most = bank.knobs().latency_ms
      if (most > 0) await sleep((random() * most) / 2)
    }
    try {
      authenticate(request)
      if (bank.happens(bank.knobs().too_many))
        throw new ApiError(429, 'invalid_request_error', 'Too many requests', { code: 'rate_limit' }, true)
      const form = isPost ? readForm(String(request.body ?? '')) : readForm(request.url.split('?')[1] ?? '')
      const fingerprint = `${request.method} ${request.url} ${String(request.body ?? '')}`
      const before = key === undefined ? undefined : idempotency.begin(key, fingerprint)
      if (before) return deliver(reply, before)
      begun = true
      await pause()
      if (bank.happens(bank.knobs().errors)) throw broken()
      const { id = '' } = request.params as { id?: string }
      const answer = apply(key, fingerprint, () => {
        const result = handler(id, form)
        return 'id' in result ? expanded(result as never, form) : result
      })
      await pause()
      return deliver(reply, answer)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return send(reply, { status: error.status, body: JSON.stringify(error.body) })
    } finally {
      if (begun && key !== undefined) idempotency.end(key)
    }
  }

  const post = (path: string, handler: Handler) => app.post(`/v1${path}`, respond(handler))
  const read = (path: string, handler: Handler) => app.get(`/v1${path}`, respond(handler))
  const lists = (path: string, kind: string) => {
    read(path, (_, form) => list(kind, `/v1${path}`, form))
    read(`${path}/:id`, (id) => get(kind, id))
  }

  post('/checkout/sessions', (_, form) => sessions.create(form))
  post('/checkout/sessions/:id/expire', (id) => sessions.expire(id))
  lists('/checkout/sessions', 'checkout.session')
  post('/payment_intents/:id/capture', (id, form) => intents.capture(id, form))
  post('/payment_intents/:id/cancel', (id, form) => intents.cancel(id, form, isOpen))
  lists('/payment_intents', 'payment_intent')
  lists('/charges', 'charge')
  post('/refunds', (_, form) => refunds.create(form))
  lists('/refunds', 'refund')
  post('/disputes/:id/close', (id) => refunds.closeDispute(id))
  lists('/disputes', 'dispute')
  lists('/events', 'event')
}

const broken = () => new ApiError(500, 'api_error', 'An unknown error occurred', {}, true)
