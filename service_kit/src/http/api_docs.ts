/** The OpenAPI document of an app, and the pages that show one. */
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { VERSION } from '../runtime/version.ts'
import type { BareApp } from './app_types.ts'

const DOCS_PREFIX = '/docs'

export type Described = { readonly service: string; readonly description: string }

/** Documents the routes that are registered after this call. */
export function describeRoutes(app: BareApp, { service, description }: Described): void {
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: service, version: VERSION, description },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
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
}

/**
 * Serves `/openapi.json` and `/docs` on `at`: the document of `of`. On a listener that has not the documented routes
 * the pages can't call them, and offer it not.
 */
export function serveDocs(at: BareApp, of: BareApp): void {
  const elsewhere = at !== of
  at.addHook('onReady', async () => {
    if (elsewhere) await of.ready()
  })
  at.get('/openapi.json', { config: { access: 'public' }, schema: { hide: true } }, async () => of.swagger())
  at.register(async (scope) => {
    scope.defaultAccess = 'public'
    await scope.register(swaggerUi, {
      routePrefix: DOCS_PREFIX,
      ...(elsewhere && { uiConfig: { supportedSubmitMethods: [] } }),
      transformSpecification: () => of.swagger(),
      transformSpecificationClone: false,
      staticCSP: true,
      // Whether there is TLS is not known here; without it a page that is to upgrade stays blank.
      transformStaticCSP: (policy) => policy.replace('upgrade-insecure-requests;', ''),
    })
  })
}
