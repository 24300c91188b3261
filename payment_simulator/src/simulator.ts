/**
 * A payment provider with play money, for development and tests: it speaks the API of Stripe to the official client, has a hosted
 * page, sends signed webhooks, and fails on request (knobs.ts). As a library its state is in memory; as a process in a file.
 */
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import Fastify, { type FastifyInstance } from 'fastify'
import { apiRoutes } from './api_routes.ts'
import { OFFSET } from './bank.ts'
import { type Choice, isChoice } from './choices.ts'
import { readForm } from './form.ts'
import { type Knobs, NO_FAULTS, turned } from './knobs.ts'
import { openObjects } from './objects.ts'
import { paymentPage } from './page.ts'
import { createProvider, type Provider } from './provider.ts'
import { type Endpoint, startWebhooks, type Webhooks } from './webhooks.ts'

const LISTED_MAX = 1_000_000
const BODY_BYTES_MAX = 64 * 1024

export type SimulatorOptions = {
  readonly runtime: Pick<Runtime, 'now' | 'newId' | 'random' | 'sleep' | 'deadline' | 'after'>
  readonly secretKey: string
  /** Without one nothing is sent. */
  readonly webhook?: Endpoint | undefined
  readonly file?: string | undefined
  /** Where visitors reach it; without one, where it listens. */
  readonly publicUrl?: string | undefined
}

export type Books = {
  readonly payment_intent: string
  readonly captured: number
  readonly refunded: number
}[]

export type Simulator = {
  readonly app: FastifyInstance
  readonly webhooks: Webhooks
  turn(change: Partial<Knobs>): void
  /** Later events go there. */
  sendTo(endpoint: Endpoint | undefined): void
  /** Moves its clock forward, and lets happen what is due then. */
  advance(seconds: number): void
  /** As the visitor of the hosted page. */
  pay(session: string, choice: Choice): ReturnType<Provider['sessions']['pay']>
  dispute(intent: string): string
  /** What it captured and gave back, for each payment intent. */
  books(): Books
  close(): Promise<void>
}

export function createSimulator(options: SimulatorOptions): Simulator {
  const { runtime, secretKey, file = ':memory:' } = options
  const objects = openObjects(file)
  let endpoint = options.webhook
  const knobs = () => objects.setting<Knobs>('knobs') ?? NO_FAULTS
  const app = Fastify({
    bodyLimit: BODY_BYTES_MAX,
    genReqId: () => runtime.newId(),
    routerOptions: { maxParamLength: 200 },
  })
  const pageUrl = () => options.publicUrl ?? app.listeningOrigin
  const provider = createProvider({
    objects,
    runtime,
    knobs,
    hasWebhook: () => endpoint !== undefined,
    pageUrl,
  })
  const { bank, sessions, refunds, settle } = provider
  const webhooks = startWebhooks(objects, () => endpoint, runtime)

  const simulator: Omit<Simulator, 'app' | 'webhooks'> = {
    turn: (change) => objects.transact(() => objects.setSetting('knobs', turned(knobs(), change))),
    sendTo(to) {
      endpoint = to
    },
    advance: (seconds) =>
      objects.transact(() => {
        objects.setSetting(OFFSET, (objects.setting<number>(OFFSET) ?? 0) + seconds)
        settle()
      }),
    pay: (id, choice) =>
      objects.transact(() => {
        settle()
        return sessions.pay(id, choice)
      }),
    dispute: (intent) => objects.transact(() => refunds.dispute(intent).id),
    books: () =>
      objects.list('payment_intent', { limit: LISTED_MAX }).map(({ id, amount_received }) => ({
        payment_intent: id,
        captured: Number(amount_received),
        refunded: objects
          .list('refund', { parent: id, limit: LISTED_MAX })
          .reduce((sum, { amount, status }) => sum + (status === 'succeeded' ? Number(amount) : 0), 0),
      })),
    async close() {
      await webhooks.stop()
      app.server.closeAllConnections()
      await app.close()
      objects.close()
    },
  }

  const parseText = (_request: unknown, body: string | Buffer, done: (error: null, text: string) => void) =>
    done(null, String(body))
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, parseText)
  apiRoutes(app, { provider, secretKey, sleep: runtime.sleep, random: runtime.random })

  app.get<{ Params: { id: string } }>('/pay/:id', (request, reply) => {
    objects.transact(settle)
    const session = objects.find('checkout.session', request.params.id)
    if (!session) return reply.code(404).send({ error: 'There is no such payment.' })
    return reply.type('text/html').send(paymentPage(sessions.find(request.params.id)))
  })
  app.post<{ Params: { id: string } }>('/pay/:id', (request, reply) => {
    const { choice } = readForm(String(request.body ?? ''))
    if (!objects.find('checkout.session', request.params.id) || !isChoice(choice))
      return reply.code(404).send({ error: 'There is no such payment, or no such choice.' })
    const paid = simulator.pay(request.params.id, choice)
    if ('to' in paid) return reply.redirect(paid.to, 303)
    return reply.type('text/html').send(paymentPage(sessions.find(request.params.id), paid.message))
  })

  const bodyOf = (body: unknown) => JSON.parse(String(body || '{}'))
  for (const probe of ['/healthz', '/readyz'])
    app.get(probe, () => ({ status: 'ok', service: 'payment_simulator' }))
  app.get('/simulator/knobs', () => knobs())
  app.put('/simulator/knobs', (request) => {
    simulator.turn(bodyOf(request.body))
    return knobs()
  })
  app.post('/simulator/clock', (request) => {
    const { days = 0, seconds = 0 } = bodyOf(request.body)
    simulator.advance(Math.max(0, Math.floor(Number(days) * 24 * 60 * 60 + Number(seconds))))
    return { now: new Date(bank.now() * 1000).toISOString() }
  })
  app.post('/simulator/disputes', (request) => ({
    id: simulator.dispute(bodyOf(request.body).payment_intent),
  }))
  app.get('/simulator/books', () => ({ books: simulator.books() }))
  app.get('/simulator/webhooks', () => ({ waiting: objects.waiting() }))

  return { app, webhooks, ...simulator }
}
