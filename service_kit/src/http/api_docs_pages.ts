/** Makes the OpenAPI document of routes, and the pages that show it. Loaded by api_docs.ts alone, when one is asked for. */
import swagger, { type StaticDocumentSpec } from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import Fastify, { type FastifyInstance, type RouteOptions } from 'fastify'
import { VERSION } from '../runtime/version.ts'

export type Described = { readonly service: string; readonly description: string }
export type OpenApiDocument = StaticDocumentSpec['document']

/** Of an app that has these routes and is never called, so it compiles none of their schemas. */
export async function documentOf(
  routes: readonly RouteOptions[],
  { service, description }: Described,
): Promise<OpenApiDocument> {
  const app = Fastify({ exposeHeadRoutes: false })
  app.setValidatorCompiler(() => () => true).setSerializerCompiler(() => JSON.stringify)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: service, version: VERSION, description },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          order_token: {
            type: 'apiKey',
            in: 'header',
            name: 'Order-Token',
            description: 'Of an order that was placed without an account',
          },
          service: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: 'For our own services.',
          },
        },
      },
    },
  })
  for (const { method, url, schema } of routes) {
    // Fastify added it to the route of GET.
    if (method !== 'HEAD') app.route({ method, url, ...(schema && { schema }), handler: () => undefined })
  }
  await app.ready()
  return app.swagger() as OpenApiDocument
}

/** An app that answers `prefix` and what is below it. `callable`: the pages may call the routes of the document. */
export async function createPages(
  document: OpenApiDocument,
  { prefix, callable }: { readonly prefix: string; readonly callable: boolean },
): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(swagger, { mode: 'static', specification: { document } })
  await app.register(swaggerUi, {
    routePrefix: prefix,
    ...(!callable && { uiConfig: { supportedSubmitMethods: [] } }),
    staticCSP: true,
    // Without TLS a page with this directive stays blank, and whether there is TLS is unknown here.
    transformStaticCSP: (policy) => policy.replace('upgrade-insecure-requests;', ''),
  })
  await app.ready()
  return app
}
