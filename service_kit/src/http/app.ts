/**
 * The HTTP application every service is: one Fastify instance with the same manners.
 *
 * Promises
 *  1. What is sent is read in one way only (request_heads.ts, json_bodies.ts) and judged as sent (validation.ts).
 *  2. Every error is a problem document (problems.ts) and is logged once, here: 5xx with its cause.
 *  3. Every route states who may call it (access.ts).
 *  4. Everything has a limit, named below, in arrivals.ts, untaken.ts or connections.ts.
 *  5. No answer is kept by anyone (`no-store`), unless its route says otherwise.
 *  6. Figures, reasons and documents are for whoever runs it, on `operations` (operations.ts), a second app that
 *     listens elsewhere. Everybody may ask `/healthz` and `/readyz`, and read the documents if `publicDocs` says so.
 */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import type { Logger } from 'pino'
import { type AccessChecks, guardRoutes } from '../identity/access.ts'
import type { Metrics } from '../runtime/metrics.ts'
import type { KitProblemCode, Problem } from '../runtime/problem.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { describeRoutes, serveDocs } from './api_docs.ts'
import type { App, BareApp } from './app_types.ts'
import { ARRIVAL_LIMITS, type ArrivalLimits, limitArrivals } from './arrivals.ts'
import { createBrokenHttp } from './broken_http.ts'
import { CONNECTIONS_MAX, limitConnections } from './connections.ts'
import { readBodies } from './json_bodies.ts'
import { rememberPaths } from './known_paths.ts'
import { addOperations } from './operations.ts'
import { addProbes } from './probes.ts'
import type { Catalogue } from './problem_tables.ts'
import { describeProblem } from './problems.ts'
import { createReadinessLook, type Readiness } from './readiness.ts'
import { faultOfHead, pathOfTarget } from './request_heads.ts'
import { createRequestLogs } from './request_log.ts'
import { compileSerializer } from './serialization.ts'
import type { Tracing } from './tracing.ts'
import { limitUntaken, UNTAKEN_LIMITS, type UntakenLimits } from './untaken.ts'
import { compileValidator } from './validation.ts'

export const BODY_BYTES_MAX = 64 * 1024
export const HEADER_BYTES_MAX = 16 * 1024
export const PARAM_LENGTH_MAX = 200
/** Time a client has to send its whole request. */
export const REQUEST_TIMEOUT_MS = 10_000
/** How often it is looked whose time is over; Node's own 30 s would make 40 s of the 10. */
const REQUEST_TIMEOUT_CHECK_MS = 1_000
/** Longer than the idle time of common balancers (60 s), so that we never close a connection they reuse. */
export const KEEP_ALIVE_MS = 72_000
const NO_STORE = 'no-store'
const REQUEST_ID = /^[\w.:-]{1,64}$/

export type { App } from './app_types.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** What is for whoever runs the service, an app of its own, closed with this one. `names` count the first time. */
    operations(names?: readonly string[]): App
  }
}

export type HttpAppOptions = {
  /** Name as in the folder, e.g. `order_service`. */
  readonly service: string
  /** One paragraph for /docs. */
  readonly description: string
  /** Without one (tests) nothing is logged. */
  readonly logger?: Logger
  readonly metrics: Metrics
  readonly tracing?: Tracing
  readonly runtime: Pick<Runtime, 'monotonic' | 'newId'>
  readonly access: AccessChecks
  /** How each fault of the service and of the kit is answered. */
  readonly problems: Catalogue<KitProblemCode> & Catalogue
  /** What `/readyz` asks, by name. A check rejects when the part can't be used. */
  readonly readiness: Readiness
  /** Addresses or networks whose X-Forwarded-For is believed for `request.ip`. Default: nobody's. */
  readonly trustedProxies?: readonly string[]
  /** Serve `/docs` and `/openapi.json` here too. */
  readonly publicDocs?: boolean
  /** Tests are less patient, and have less to send. */
  readonly limits?: Partial<
    ArrivalLimits & UntakenLimits & { requestTimeoutMs: number; connectionsMax: number }
  >
}

/** An app with the manners above and no routes of its own; it does not listen. */
export function createHttpApp(options: HttpAppOptions): App {
  const { service, metrics } = options
  const readiness = createReadinessLook(options.readiness)
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

/** `access` are the checks of those who may call; answers are counted in `observed`. */
function createBareApp(options: HttpAppOptions, access: AccessChecks, observed?: Metrics): BareApp {
  const { tracing, runtime } = options
  const { newId } = runtime
  const broken = createBrokenHttp(newId)
  const {
    requestTimeoutMs = REQUEST_TIMEOUT_MS,
    connectionsMax = CONNECTIONS_MAX,
    ...limits
  } = options.limits ?? {}
  const answer = answerWith(options.problems)
  const app = Fastify({
    ...(options.logger ? { loggerInstance: options.logger as FastifyBaseLogger } : {}),
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: createRequestLogs(),
    bodyLimit: BODY_BYTES_MAX,
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: {
      // Here too: Fastify sets its own only once the server is made, when Node has already decided that a request
      // whose headers came may take 60 s.
      requestTimeout: requestTimeoutMs,
      headersTimeout: requestTimeoutMs,
      maxHeaderSize: HEADER_BYTES_MAX,
      connectionsCheckingInterval: REQUEST_TIMEOUT_CHECK_MS,
      // Demanded in a hook, which answers by a problem document.
      requireHostHeader: false,
    },
    requestIdHeader: false,
    rewriteUrl: pathOfTarget,
    // What still arrives over an open connection while closing is answered, as the last request of that connection.
    return503OnClosing: false,
    genReqId: (request) => {
      const given = request.headers['x-request-id']
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : newId()
    },
    trustProxy: options.trustedProxies?.length ? [...options.trustedProxies] : false,
    // Addresses the router itself refuses meet no hook, and so get their request id here.
    frameworkErrors: (error, request, reply) =>
      answer(error, request, reply.header('x-request-id', request.id)),
    clientErrorHandler: broken.answerBrokenHttp,
  }).withTypeProvider<TypeBoxTypeProvider>()
  limitConnections(app.server, connectionsMax, !options.trustedProxies?.length)
  app.server.on('checkExpectation', broken.answerExpectation)

  app.setValidatorCompiler(compileValidator)
  app.setSerializerCompiler(compileSerializer)
  answerUnroutedAtOnce(app, answerProblems(app, answer))
  readBodies(app)
  tracing?.instrument(app)
  receiveRequests(app)
  observeAnswers(app, observed, options.logger?.isLevelEnabled('debug') ?? false)
  guardRoutes(app, access)
  limitArrivals(app, { ...ARRIVAL_LIMITS, ...limits })
  limitUntaken(app, runtime, { ...UNTAKEN_LIMITS, ...limits })
  return app
}

type Answer = (error: unknown, request: FastifyRequest, reply: FastifyReply) => void

function answerWith(catalogue: Catalogue): Answer {
  const described = (error: unknown, request: FastifyRequest) => {
    try {
      return { error, ...describeProblem(error, catalogue, request) }
    } catch (failed) {
      // It could not be shown, say because the digits of money are not known: that is the fault then.
      return { error: failed, ...describeProblem(failed, catalogue, request) }
    }
  }
  return (thrown, request, reply) => {
    const { error, status, headers, document, logged } = described(thrown, request)
    if (status >= 500 && !logged)
      request.log[status === 500 ? 'error' : 'warn']({ err: error, code: document.code }, document.title)
    reply
      .code(status)
      .headers({ 'cache-control': NO_STORE, ...headers })
      .type('application/problem+json')
      .serializer(JSON.stringify)
      .send(document)
  }
}

function answerProblems(app: BareApp, answer: Answer) {
  const answerUnrouted = rememberPaths(app, PARAM_LENGTH_MAX)
  app.setErrorHandler(answer)
  app.setNotFoundHandler(answerUnrouted)
  return answerUnrouted
}

/** Before a body is read, whose faults would be told instead. */
function answerUnroutedAtOnce(app: BareApp, answerUnrouted: ReturnType<typeof answerProblems>) {
  app.addHook('preParsing', (request, reply, _payload, next) => {
    if (!request.is404) return next()
    try {
      answerUnrouted(request, reply)
    } catch (error) {
      next(error as Problem)
    }
  })
}

function receiveRequests(app: BareApp) {
  app.addHook('onRequest', (request, reply, next) => {
    reply.header('x-request-id', request.id)
    // Until a route says that its answer may be kept.
    reply.header('cache-control', NO_STORE)
    next(faultOfHead(request))
  })
}

function observeAnswers(app: BareApp, metrics: Metrics | undefined, debugging: boolean) {
  app.addHook('onResponse', (request, reply, next) => {
    const route = request.routeOptions.url ?? 'unmatched'
    metrics?.observeRequest(request.method, route, reply.statusCode, reply.elapsedTime / 1000)
    if (debugging) {
      request.log.debug(
        { method: request.method, url: request.url, status: reply.statusCode, ms: reply.elapsedTime },
        'answered',
      )
    }
    next()
  })
}
