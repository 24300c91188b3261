/**
 * Fastify as services see it: a route that does not state who may call it does not compile. (One that a plugin adds is refused
 * when it is registered: access.ts.)
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type {
  ContextConfigDefault,
  FastifyBaseLogger,
  FastifyInstance,
  FastifyPluginAsync,
  FastifyPluginCallback,
  FastifySchema,
  RawServerDefault,
  RouteGenericInterface,
  RouteHandlerMethod,
  RouteOptions,
  RouteShorthandOptions,
} from 'fastify'
import type { Access } from '../identity/access.ts'

/** For the kit itself: routes need not state their access. */
export type BareApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

type Stated = { readonly config: { readonly access: Access } }

type Route = <const Schema extends FastifySchema = FastifySchema>(
  path: string,
  options: RouteShorthandOptions<
    RawServerDefault,
    IncomingMessage,
    ServerResponse,
    RouteGenericInterface,
    ContextConfigDefault,
    Schema,
    TypeBoxTypeProvider,
    FastifyBaseLogger
  > &
    Stated,
  handler: RouteHandlerMethod<
    RawServerDefault,
    IncomingMessage,
    ServerResponse,
    RouteGenericInterface,
    ContextConfigDefault,
    Schema,
    TypeBoxTypeProvider,
    FastifyBaseLogger
  >,
) => void

type Verb = 'get' | 'head' | 'post' | 'put' | 'patch' | 'delete'

export type App = Omit<BareApp, Verb | 'options' | 'trace' | 'all' | 'route' | 'register'> &
  Readonly<Record<Verb, Route>> & {
    route(
      options: RouteOptions<
        RawServerDefault,
        IncomingMessage,
        ServerResponse,
        RouteGenericInterface,
        ContextConfigDefault,
        FastifySchema,
        TypeBoxTypeProvider,
        FastifyBaseLogger
      > &
        Stated,
    ): void
    /** Registers routes of ours in their own scope. */
    register(routes: (scope: App) => Promise<void>): PromiseLike<undefined>
    /** Registers a plugin of Fastify. */
    register<Options extends object>(
      plugin: FastifyPluginCallback<Options> | FastifyPluginAsync<Options>,
      options?: NoInfer<Options>,
    ): PromiseLike<undefined>
  }
