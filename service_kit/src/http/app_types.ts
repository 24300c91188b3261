/**
 * The app as services see it: Fastify, but a route states who may call it, or it does not compile; nothing is public,
 * and nothing is guarded, by omission. (A route some plugin adds unseen is refused when it is registered, access.ts.)
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

/** What the kit itself works on. */
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
    /** Routes of our own, in a scope of theirs. */
    register(routes: (scope: App) => Promise<void>): PromiseLike<undefined>
    /** A plugin of Fastify's world. */
    register<Options extends object>(
      plugin: FastifyPluginCallback<Options> | FastifyPluginAsync<Options>,
      options?: NoInfer<Options>,
    ): PromiseLike<undefined>
  }
