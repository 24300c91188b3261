/** Operations for other programs that read the shop. The API reference leaves them out. */
import { operationsOf } from '@shop/service_kit/http/operation'
import Type from '@shop/service_kit/runtime/schema_types'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'pages')
const WHOLE_SHOP = ['overloaded', 'upstream_unavailable', 'upstream_no_answer'] as const

export const getRobotsOperation = operation({
  operationId: 'getRobots',
  summary: 'What crawlers may read',
  access: 'public',
  hide: true,
  problems: [],
})

export const getSitemapOperation = operation({
  operationId: 'getSitemap',
  summary: 'The parts of the sitemap',
  access: 'public',
  hide: true,
  problems: WHOLE_SHOP,
})

export const getSitemapPartOperation = operation({
  operationId: 'getSitemapPart',
  summary: 'A part of the sitemap, as gzip',
  access: 'public',
  hide: true,
  params: Type.Object({ part: Type.String() }),
  problems: ['route_not_found', ...WHOLE_SHOP],
})

export const getFeedOperation = operation({
  operationId: 'getFeed',
  summary: 'All products for Google Merchant',
  access: 'public',
  hide: true,
  problems: WHOLE_SHOP,
})
