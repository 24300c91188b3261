/** Operations for browsers. The API reference leaves them out. */
import { operationsOf } from '@shop/service_kit/http/operation'
import Type from '@shop/service_kit/runtime/schema_types'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'pages')

export const getPageOperation = operation({
  operationId: 'getPage',
  summary: 'The page, which routes by the address itself',
  access: 'public',
  hide: true,
  problems: ['route_not_found'],
})

export const getAssetOperation = operation({
  operationId: 'getAsset',
  summary: 'A built file whose name contains its hash',
  access: 'public',
  hide: true,
  params: Type.Object({ '*': Type.String() }),
  problems: ['route_not_found'],
})

export const getFileOperation = operation({
  operationId: 'getFile',
  summary: 'A file beside the page',
  access: 'public',
  hide: true,
  problems: [],
})
