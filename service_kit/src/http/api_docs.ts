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
 * Serves `/openapi.json` and `/docs` on `at`: the document of `of`. If these are two apps, the pages cannot call the routes, so
 * they offer no "Try it out".
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
      // Without TLS a page with this directive stays blank, and whether there is TLS is unknown here.
      transformStaticCSP: (policy) => policy.replace('upgrade-insecure-requests;', ''),
    })
  })
}
