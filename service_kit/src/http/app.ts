/**
 * The HTTP application of every service: one Fastify instance with the same rules.
 *
 * Invariants
 *  1. A request can be read in one way only (request_heads.ts, json_bodies.ts), and is validated as sent (validation.ts).
 *  2. Every error is answered with a problem document and logged once (problem_answers.ts).
 *  3. Every route states who may call it (access.ts).
 *  4. Everything has a limit, named here, in incoming_bodies.ts, unread_responses.ts or connections.ts.
 *  5. No cache stores an answer (`no-store`), unless its route says otherwise.
 *  6. Metrics, reasons and documents are for operators, on `operations` (operations.ts): a second app, which listens
 *     elsewhere. `/healthz` and `/readyz` are public, and the documents if `publicDocs` is set.
 */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyBaseLogger, LogController } from 'fastify'
import type { Logger } from 'pino'
import { type AccessChecks, guardRoutes } from '../identity/access.ts'
import { boundTo } from '../runtime/log.ts'
import type { Metrics } from '../runtime/metrics.ts'
import type { KitProblemCode } from '../runtime/problem.ts'
import { currentTraceparent, inContext, REQUEST_ID, requestIdsIn } from '../runtime/request_context.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { logAnswers } from './access_log.ts'
import { clientOf } from './addresses.ts'
import { describeRoutes, serveDocs } from './api_docs.ts'
import type { App, BareApp } from './app_types.ts'
import { createBrokenHttp } from './broken_http.ts'
import { CONNECTIONS_MAX, limitConnections } from './connections.ts'
import { INCOMING_BODY_LIMITS, type IncomingBodyLimits, limitIncomingBodies } from './incoming_bodies.ts'
import { readBodies } from './json_bodies.ts'
import { addOperations } from './operations.ts'
import { addProbes } from './probes.ts'
import { answerProblems, answerWith, NO_STORE } from './problem_answers.ts'
import type { Catalogue } from './problem_tables.ts'
import { createReadinessCheck, type Readiness } from './readiness.ts'
import { faultOfHead, pathOfTarget } from './request_heads.ts'
import { compileSerializer } from './serialization.ts'
import { limitSlowBodies, SLOW_REQUEST_LIMITS, type SlowRequestLimits } from './slow_requests.ts'
import type { Tracing } from './tracing.ts'
import {
  limitUnreadResponses,
  UNREAD_RESPONSE_LIMITS,
  type UnreadResponseLimits,
} from './unread_responses.ts'
import { compileValidator } from './validation.ts'

export const BODY_BYTES_MAX = 64 * 1024
export const HEADER_BYTES_MAX = 16 * 1024
export const PARAM_LENGTH_MAX = 200
/** How often Node checks the time of a request. With its default of 30 s a client would have up to 40 s for its head. */
const REQUEST_TIMEOUT_CHECK_MS = 1_000
/** Longer than the idle timeout of common load balancers (60 s), so that we never close a connection they reuse. */
export const KEEP_ALIVE_MS = 72_000

export type { App } from './app_types.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The app for operators, closed with this one. `names` (operations_host.ts) count in the first call. */
    operations(names?: readonly string[]): App
  }
}

export type HttpAppOptions = {
  /** Name as in the folder, e.g. `order_service`. */
  readonly service: string
  /** One paragraph for /docs. */
  readonly description: string
  /** Without one nothing is logged. */
  readonly logger?: Logger | undefined
  readonly metrics: Metrics
  readonly tracing?: Tracing
  readonly runtime: Pick<Runtime, 'monotonic' | 'newId' | 'after'>
  readonly access: AccessChecks
  /** How each error of the service and of the kit is answered. */
  readonly problems: Catalogue<KitProblemCode> & Catalogue
  readonly readiness: Readiness
  /** What does not work, as it is configured: operators see it at /readyz. */
  readonly notice?: string | undefined
  /** Addresses or networks whose X-Forwarded-For sets `request.ip`. Default: none. */
  readonly trustedProxies?: readonly string[]
  /** Serve `/docs` and `/openapi.json` here too. */
  readonly publicDocs?: boolean
  /** Log every request, except for probes. */
  readonly accessLog?: boolean
  /** For tests. */
  readonly limits?: Partial<
    IncomingBodyLimits & UnreadResponseLimits & SlowRequestLimits & { connectionsMax: number }
  >
}

/** An app without routes of its own, which does not listen yet. */
export function createHttpApp(options: HttpAppOptions): App {
  const { service, metrics } = options
  const readiness = createReadinessCheck(options.readiness, options.runtime)
  const app = createBareApp(options, options.access, metrics)
  describeRoutes(app, options)
  if (options.publicDocs) serveDocs(app, app)
  const guarded = app as unknown as App
  addProbes(guarded, { service, readiness })

  let operations: App | undefined
  app.decorate('operations', (names = []) => {
    const { tracing: _, ...untraced } = options
    operations ??= addOperations(createBareApp(untraced, {}), { ...options, app, readiness, names })
    return operations
  })
  app.addHook('onClose', () => operations?.close())
  return guarded
}

/** `observed` counts the answers. */
function createBareApp(options: HttpAppOptions, access: AccessChecks, observed?: Metrics): BareApp {
  const { tracing, runtime } = options
  const { newId } = runtime
  const broken = createBrokenHttp(newId)
  const { connectionsMax = CONNECTIONS_MAX, ...limits } = options.limits ?? {}
  const slow = { ...SLOW_REQUEST_LIMITS, ...limits }
  // limitSlowBodies ends bodies before.
  const requestTimeout = slow.requestTimeoutMs + slow.uploadMs + 2 * REQUEST_TIMEOUT_CHECK_MS
  const answer = answerWith(options.problems)
  const app = Fastify({
    ...(options.logger ? { loggerInstance: options.logger as FastifyBaseLogger } : {}),
    logController: new LogController({ disableRequestLogging: true }),
    // A hook binds the request, its trace too.
    childLoggerFactory: (logger) => logger,
    bodyLimit: BODY_BYTES_MAX,
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    requestTimeout,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: {
      // Here too: Fastify sets it after creating the server, when Node has already given a request 60 s after its
      // headers.
      requestTimeout,
      headersTimeout: slow.requestTimeoutMs,
      maxHeaderSize: HEADER_BYTES_MAX,
      connectionsCheckingInterval: REQUEST_TIMEOUT_CHECK_MS,
      // A hook checks it, and answers with a problem document.
      requireHostHeader: false,
    },
    requestIdHeader: false,
    rewriteUrl: pathOfTarget,
    // While closing, a request on an open connection is still answered, as its last one.
    return503OnClosing: false,
    genReqId: (request) => {
      const given = request.headers['x-request-id']
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : newId()
    },
    trustProxy: options.trustedProxies?.length ? [...options.trustedProxies] : false,
    // No hook runs for a parameter that is too long, so the request id is set here.
    frameworkErrors: (error, request, reply) => {
      request.log = boundTo(request.log, { traceparent: undefined, requestIds: [request.id] })
      answer(error, request, reply.header('x-request-id', request.id))
    },
    clientErrorHandler: broken.answerBrokenHttp,
  }).withTypeProvider<TypeBoxTypeProvider>()
  limitSlowBodies(app.server, runtime, slow, broken.endLate)
  limitConnections(app.server, connectionsMax, options.trustedProxies)
  app.server.on('checkExpectation', broken.answerExpectation)

  app.setValidatorCompiler(compileValidator)
  app.setSerializerCompiler(compileSerializer)
  answerProblems(app, answer, PARAM_LENGTH_MAX)
  readBodies(app)
  tracing?.instrument(app)
  receiveRequests(app)
  if (observed) {
    observeAnswers(app, observed)
    logAnswers(app, options)
  }
  guardRoutes(app, access)
  limitIncomingBodies(app, { ...INCOMING_BODY_LIMITS, ...limits })
  limitUnreadResponses(app, runtime, { ...UNREAD_RESPONSE_LIMITS, ...limits })
  return app
}

/** The request id, its trace and its context; for a call of our own service also the requests that share it. */
function receiveRequests(app: BareApp) {
  app.addHook('onRequest', (request, reply, next) => {
    reply.header('x-request-id', request.id)
    // A route may replace it.
    reply.header('cache-control', NO_STORE)
    const shared =
      request.routeOptions.config.access === 'service' ? requestIdsIn(request.headers['x-request-ids']) : []
    const requestIds = shared.length > 0 ? shared : [request.id]
    const context = Object.assign(clientOf(request), { traceparent: currentTraceparent(), requestIds })
    request.log = boundTo(request.log, context)
    reply.log = request.log
    inContext(context, () => next(faultOfHead(request)))
  })
}

function observeAnswers(app: BareApp, metrics: Metrics) {
  app.addHook('onResponse', (request, reply, next) => {
    const route = request.routeOptions.url ?? 'unmatched'
    metrics.observeRequest(request.method, route, reply.statusCode, reply.elapsedTime / 1000)
    next()
  })
}
