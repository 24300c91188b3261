/** Groups of variants. Public answers are made as JSON text and cached until the store changes (response_cache.ts). */
import type { App } from '@shop/service_kit/http/app_types'
import { empty } from '@shop/service_kit/http/empty'
import { etagOf } from '@shop/service_kit/http/etags'
import { decodeCursor, encodeCursor, PAGE_LIMIT_DEFAULT } from '@shop/service_kit/http/paging'
import { principalOf } from '@shop/service_kit/identity/access'
import { invalidField } from '@shop/service_kit/runtime/problem'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { FastifyRequest } from 'fastify'
import type { EditableDetails } from '../domain/details.ts'
import { DomainError } from '../domain/errors.ts'
import { type Group, type GroupFields, variantName } from '../domain/group.ts'
import type { Groups } from '../domain/group_ports.ts'
import type { PageKey } from '../domain/page.ts'
import type { Catalogue, ProductDraft } from '../domain/ports.ts'
import { PRICE_MINOR_MAX, STOCK_MAX } from '../domain/product.ts'
import { cachedAnswers, withEtag } from './cached_answers.ts'
import { readDetails } from './details_input.ts'
import {
  getAnyGroupOperation,
  getChoicesOperation,
  getGroupOperation,
  listGroupsOperation,
  listVariantsOperation,
} from './group_read_schemas.ts'
import {
  createGroupOperation,
  createVariantsOperation,
  deleteGroupOperation,
  type GroupBody,
  patchGroupOperation,
} from './group_schemas.ts'
import { groupView } from './group_views.ts'
import { readInteger, readPrice } from './inputs.ts'
import { readSeenVersions } from './preconditions.ts'
import { type Prices, productView } from './product_views.ts'
import { readShown } from './shown_views.ts'

export type GroupRoutesDeps = {
  readonly catalogue: Catalogue
  readonly groups: Groups
  readonly prices: Prices
  readonly requireVersion: boolean
  readonly runtime: Pick<Runtime, 'now' | 'newId'>
}

const GROUPS = { name: 'groups', key: ['id'] } as const
const variantsOf = (id: string) => ({ name: `variants of ${id}`, key: ['id'] }) as const

export function groupRoutes({ catalogue, groups, prices, requireVersion, runtime }: GroupRoutesDeps) {
  const answers = cachedAnswers(catalogue.revision)
  const stampOf = (request: FastifyRequest) => ({
    by: principalOf(request).userId,
    at: runtime.now().toISOString(),
  })
  const fieldsOf = ({
    name,
    description,
    options,
    version: _,
    ...shown
  }: GroupBody): Partial<GroupFields> => ({
    ...(name === undefined ? {} : { name: name.toWellFormed() }),
    ...(description === undefined ? {} : { description: description.toWellFormed() }),
    ...(options === undefined ? {} : { options: readOptions(options) }),
    ...readShown(shown),
  })
  const found = (group: Group | undefined): Group => {
    if (group) return group
    throw new DomainError('group_not_found', 'There is no group of this id.')
  }
  const onSale = async (id: string): Promise<Group> => {
    const group = found(await groups.find(id))
    return found(group.draft ? undefined : group)
  }
  const variant = async (id: string | null) => {
    const product = id === null ? undefined : await catalogue.find(id)
    return product ? productView(product, prices) : null
  }

  return async (app: App) => {
    app.post('/groups', createGroupOperation, async (request, reply) => {
      const fields = fieldsOf(request.body) as GroupFields
      const group = await groups.create({ id: runtime.newId(), fields }, stampOf(request))
      reply.code(201).headers({ location: `/groups/${group.id}`, etag: etagOf(group.version) })
      return groupView(group, prices)
    })

    app.patch('/groups/:id', patchGroupOperation, async (request, reply) => {
      const seen = readSeenVersions(request.headers['if-match'], request.body.version, requireVersion)
      const group = await groups.edit(request.params.id, fieldsOf(request.body), seen, stampOf(request))
      reply.header('etag', etagOf(group.version))
      return groupView(group, prices)
    })

    app.delete('/groups/:id', deleteGroupOperation, async (request, reply) => {
      const seen = readSeenVersions(request.headers['if-match'], request.query.version, requireVersion)
      await groups.remove(request.params.id, seen, stampOf(request))
      return empty(reply, 204)
    })

    app.post('/groups/:id/variants', createVariantsOperation, async (request, reply) => {
      const group = found(await groups.find(request.params.id))
      const drafts = request.body.variants.map((body, i): ProductDraft => {
        const at = `/variants/${i}`
        const { name = variantName(group.name, body.option_values), price, stock, ...details } = body
        const given: Partial<EditableDetails> = {
          ...readDetails(details, prices.digits()),
          groupId: group.id,
        }
        return {
          id: runtime.newId(),
          fields: {
            name: name.toWellFormed(),
            description: '',
            priceMinor: readPrice(price, prices.digits(), PRICE_MINOR_MAX, `${at}/price`),
            stock: readInteger(stock, 0, STOCK_MAX, `${at}/stock`),
            details: given,
          },
        }
      })
      const items = await catalogue.createAll(drafts, stampOf(request))
      reply.code(201)
      return { items: items.map((product) => productView(product, prices)) }
    })

    app.get('/groups', listGroupsOperation, async (request) => {
      const { limit = PAGE_LIMIT_DEFAULT, cursor } = request.query
      const { items, next } = await groups.list({ after: decodeCursor(cursor, GROUPS), limit })
      return {
        items: items.map((group) => groupView(group, prices)),
        next_cursor: next === undefined ? null : encodeCursor(next, GROUPS),
      }
    })

    app.get('/groups/any/:id', getAnyGroupOperation, async (request, reply) => {
      const group = found(await groups.find(request.params.id))
      reply.header('etag', etagOf(group.version))
      return groupView(group, prices)
    })

    app.get('/groups/:id', getGroupOperation, (request, reply) =>
      answers(request, reply, request.url, async () => {
        const group = await onSale(request.params.id)
        return { text: JSON.stringify(groupView(group, prices)), etag: etagOf(group.version) }
      }),
    )

    app.get('/groups/:id/variants', listVariantsOperation, (request, reply) => {
      const { limit = PAGE_LIMIT_DEFAULT, cursor } = request.query
      const { id } = request.params
      const after: PageKey | undefined = decodeCursor(cursor, variantsOf(id))
      return answers(request, reply, request.url, async () => {
        await onSale(id)
        const { items, next } = await groups.variants(id, { after, limit })
        return withEtag(
          JSON.stringify({
            items: items.map((product) => productView(product, prices)),
            next_cursor: next === undefined ? null : encodeCursor(next, variantsOf(id)),
          }),
        )
      })
    })

    app.get('/groups/:id/choices', getChoicesOperation, (request, reply) => {
      const { value1, value2, value3 } = request.query
      return answers(request, reply, request.url, async () => {
        const { id } = await onSale(request.params.id)
        const choices = await groups.choices(id, [value1, value2, value3])
        if (!choices) throw new DomainError('group_not_found', 'There is no group of this id.')
        const options = choices.options.map(({ name, values }) => ({
          name,
          values: values.map(({ value, exists, inStock }) => ({ value, exists, in_stock: inStock })),
        }))
        const [chosen, suggested] = [await variant(choices.variantId), await variant(choices.suggestedId)]
        return withEtag(JSON.stringify({ options, variant: chosen, suggested }))
      })
    })
  }
}

function readOptions(options: NonNullable<GroupBody['options']>) {
  const repeated = options.findIndex(({ name }, i) => options.findIndex((other) => other.name === name) < i)
  if (repeated >= 0)
    throw invalidField(`/options/${repeated}/name`, 'must not repeat the name of another option')
  return options.map(wellFormed)
}

const wellFormed = ({ name, values }: { name: string; values: readonly string[] }) => ({
  name: name.toWellFormed(),
  values: values.map((value) => value.toWellFormed()),
})
